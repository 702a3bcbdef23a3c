"""The user's conventions: a Markdown table of patterns with type, lifetime and purpose."""
