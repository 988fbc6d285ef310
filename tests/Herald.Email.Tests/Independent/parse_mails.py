"""Reads mails, one a line in base64, with the parser of the standard library. Prints what it has read as a line of JSON."""
import base64
import email
import email.policy
import json
import sys

for line in sys.stdin:
    mail = email.message_from_bytes(base64.b64decode(line), policy=email.policy.default)
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    address = mail["to"].addresses[0]
    print(json.dumps({
        "headers": [name.lower() for name in mail.keys()],
        "subject": mail["subject"],
        "id": mail["message-id"],
        "unsubscribe": mail["list-unsubscribe"],
        "name": address.display_name,
        "address": address.addr_spec,
        "recipients": len(mail["to"].addresses),
        "text": plain.get_content(),
        "html": html.get_content() if html else None,
        "defects": [str(defect) for part in mail.walk() for defect in part.defects],
    }), flush=True)
