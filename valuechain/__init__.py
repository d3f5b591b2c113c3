"""The ITIL 4 service value chain.

Plan, improve, engage, design & transition, obtain & build, and deliver & support are six sibling
apps; `records` is the spine they all stand on.
"""
