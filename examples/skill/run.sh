#!/bin/sh
# Runs the sh blocks of SKILL.md against a fake of the production host. NEMOFAKE names the command.
set -e
cd "$(dirname "$0")"
exec "${NEMOFAKE:-nemofake}" run --strict -- sh -ec "$(sed -n '/^```sh$/,/^```$/{/^```/!p;}' SKILL.md)"
