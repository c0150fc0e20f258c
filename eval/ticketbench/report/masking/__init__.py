"""What of a ticket a page may show: strings of personal kinds are replaced before it is shown.

In order: spelling, links, mail, accounts, keys, hosts, look_alikes, numbers, kinds, names, mask,
texts.
"""
