"""The server and its pages: templates, plain ES modules and CSS, without a build step.

`server` puts the JSON routes of `monitor.api` and the pages together.
"""
