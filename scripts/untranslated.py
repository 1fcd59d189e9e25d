"""Prints how many messages of a catalogue have no translation yet.

Compiles and changes nothing; the build hook does that.
"""

import sys
from pathlib import Path

from babel.messages.pofile import read_po

with Path(sys.argv[1]).open("rb") as file:
    catalogue = read_po(file)
messages = [message for message in catalogue if message.id]
missing = [message for message in messages if not message.string or (message.pluralizable and not all(message.string))]
print(f"{len(messages)} messages, {len(missing)} untranslated")
