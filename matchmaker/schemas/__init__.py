"""What may come in: one marshmallow schema a thing, shared by forms, API, files and the command.

Every fault is a `fields.Fault`: it has a code for machines and words for people, in both languages.
"""
