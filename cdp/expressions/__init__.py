"""Expressions of organizations in the Common Expression Language: checked, bounded, and blind to the rest.

Pure: an expression gets the values that its caller was given by an enforced read, and nothing else exists for it.
"""
