// Tabs of the right side, by the keyboard as well; the address remembers the chosen one.
const tabs = [...document.querySelectorAll('[role="tab"]')];

export function startTabs(onChoose) {
  const choose = (name, focus = false) => {
    for (const tab of tabs) {
      const isChosen = tab.dataset.tab === name;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !isChosen;
      if (isChosen && focus) tab.focus();
    }
    onChoose(name);
  };
  const fromAddress = () => {
    const name = location.hash.slice(1);
    choose(tabs.some((tab) => tab.dataset.tab === name) ? name : "request");
  };
  for (const [nth, tab] of tabs.entries()) {
    tab.addEventListener("click", () => {
      history.replaceState(null, "", `#${tab.dataset.tab}`);
      choose(tab.dataset.tab);
    });
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = tabs[(nth + step + tabs.length) % tabs.length];
      history.replaceState(null, "", `#${next.dataset.tab}`);
      choose(next.dataset.tab, true);
    });
  }
  addEventListener("hashchange", fromAddress);
  fromAddress();
}
