"""A mail server for tests: tells its port, then each mail that it takes as a line of JSON. Ends with its standard input.

With an argument, the lines are written into that file as well. Nobody has the address nobody@…, and later@… is refused for now
the first time.
"""

import asyncio
import email.policy
import json
import sys

from aiosmtpd.smtp import SMTP


class Inbox:
    def __init__(self):
        self.put_off = set()

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        who = address.split("@")[0]
        if who == "nobody":
            return "550 5.1.1 no such mailbox"
        if who == "later" and address not in self.put_off:
            self.put_off.add(address)
            return "451 4.7.1 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        told = {
            "from": mail["From"],
            "to": envelope.rcpt_tos,
            "subject": mail["Subject"],
            "id": mail["Message-ID"],
            "automatic": mail["Auto-Submitted"],
            "text": mail.get_content().replace("\r\n", "\n"),
        }
        line = json.dumps(told)
        print(line, flush=True)
        if sys.argv[1:]:
            with open(sys.argv[1], "a", encoding="utf-8") as file:
                file.write(f"{line}\n")
        return "250 OK"


async def main():
    inbox, loop = Inbox(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(inbox, hostname="mail.test", loop=loop), "127.0.0.1", 0)
    print("port", server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


asyncio.run(main())
