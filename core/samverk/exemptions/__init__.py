"""What is exempt from public access, under which statute and until when it must be looked at again.

Marked on answers, agenda items, papers and attachments; what the public sees of an exempt thing is nothing, not a gap.
"""
