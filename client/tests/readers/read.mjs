// Reads hex chunk lists, one JSON array a line, and writes the events that eventsource-parser finds in each.
import { createInterface } from "node:readline";
import { createParser } from "eventsource-parser";

for await (const line of createInterface({ input: process.stdin })) {
  const events = [];
  const parser = createParser({ onEvent: (event) => events.push([event.event ?? "message", event.data]) });
  const text = new TextDecoder("utf-8");
  for (const chunk of JSON.parse(line)) parser.feed(text.decode(Buffer.from(chunk, "hex"), { stream: true }));
  console.log(JSON.stringify(events));
}
