using System.Net;
using System.Text;
using Queqiao.Mail.Imap;
using Queqiao.Mail.Reading;
using Queqiao.Mail.Smtp;
using Queqiao.Mail.Tests.Support;
using Queqiao.Mail.Wire;

namespace Queqiao.Mail.Tests.Servers;

/// <summary>
/// Servers, clients and mails changed at random. A run takes 2,000 of them; QUEQIAO_FUZZ_SECONDS makes it as long as one likes, and with
/// <c>./test --long</c> it is ten minutes. The seed is in the message of a failure.
/// </summary>
public sealed class FuzzTests
{
    private const string Imap = "* OK hi\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN MOVE UIDPLUS\r\nA0001 OK\r\n+ \r\nA0002 OK\r\n* CAPABILITY IMAP4rev1\r\nA0003 OK\r\n* LIST (\\Junk) \"/\" {3}\r\nabc\r\nA0004 OK\r\n* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 9] x\r\nA0005 OK [READ-ONLY] x\r\n* SEARCH 1 2 3\r\nA0006 OK\r\n* 1 FETCH (UID 1 RFC822.SIZE 10 INTERNALDATE \" 1-Feb-2026 00:00:00 +0000\" FLAGS (\\Seen))\r\nA0007 OK\r\n* 1 FETCH (UID 1 BODY[] {12}\r\nSubject: x\r\n)\r\nA0008 OK\r\n";
    private const string Smtp = "220 hi\r\n250-mx\r\n250-SIZE 1000\r\n250-PIPELINING\r\n250 AUTH PLAIN\r\n235 ok\r\n250 2.1.0 ok\r\n550 5.1.1 no\r\n250 2.1.5 ok\r\n354 go\r\n250-x\r\n250 2.0.0 ok\r\n";
    private const string Client = "EHLO x\r\nMAIL FROM:<a@b.test> SIZE=10\r\nRCPT TO:<help@shop.test>\r\nDATA\r\nSubject: x\r\n\r\n..\r\nbody\r\n.\r\nRSET\r\nQUIT\r\n";
    private const string Mail = "Return-Path: <>\r\nAuthentication-Results: mx; dmarc=pass (x) header.from=a.test; dkim=pass header.d=a.test\r\nFrom: =?gb18030?B?xOO6ww==?= <a@a.test>\r\nTo: b@b.test\r\nSubject: =?utf-8?Q?=E4=BD=A0?= Re: x\r\nMessage-ID: <1@a.test>\r\nReferences: <2@a.test>\r\n <3@a.test>\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/html; charset=big5\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>=A4=A4</p><blockquote>x\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; x@y\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\nAAECAwQ=\r\n--b--\r\n";

    private static readonly string?[] Bits = ["\r\n", "\n", "\0", "(", ")", "\"", "{99999999999}\r\n", "{3}\r\n", "[", "* ", "A0006 OK\r\n", "250-", "250 ", ".\r\n", "--b", "=?", "?=", "<", ">", "é", null];

    [Fact]
    public async Task Whatever_is_sent_there_is_an_answer_or_a_failure_with_a_name()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var seconds = Environment.GetEnvironmentVariable("QUEQIAO_FUZZ_SECONDS") is { } text ? int.Parse(text) : Environment.GetEnvironmentVariable("QUEQIAO_LONG") == "1" ? 600 : 0;
        var end = Environment.TickCount64 + seconds * 1000L;
        for (var round = 0; seconds == 0 ? round < 500 : Environment.TickCount64 < end; round++)
        {
            try
            {
                await AsImap(Changed(Imap, random), random.Next(1, 40));
                await AsSmtp(Changed(Smtp, random), random.Next(1, 40));
                await AsClient(Changed(Client, random), random.Next(1, 40));
                AsMail(Changed(Mail, random));
            }
            catch (Exception error) when (error is not Xunit.Sdk.XunitException)
            {
                throw new InvalidOperationException($"Seed {seed}, round {round}", error);
            }
        }
    }

    private static string Changed(string text, Random random)
    {
        var changed = new StringBuilder(text);
        for (var times = random.Next(1, 8); times > 0; times--)
        {
            var at = random.Next(changed.Length);
            var length = Math.Min(random.Next(0, 12), changed.Length - at);
            switch (random.Next(4))
            {
                case 0:
                    changed.Remove(at, length);
                    break;
                case 1:
                    changed.Insert(at, Bits[random.Next(Bits.Length)] ?? new string('(', 500));
                    break;
                case 2:
                    changed.Insert(at, changed.ToString(at, length));
                    break;
                default:
                    changed[at] = (char)random.Next(256);
                    break;
            }
            if (changed.Length == 0)
                changed.Append('x');
        }
        return changed.ToString();
    }

    private static async Task AsImap(string says, int piece)
    {
        try
        {
            await using var imap = await ImapClient.Connect(new("x", 1, MailSecurity.None), new Canned(Encoding.Latin1.GetBytes(says), piece), default);
            await imap.SignIn(new("a", "b"), default);
            await imap.Folders(default);
            await imap.Open("INBOX", write: false, default);
            await imap.Summaries(await imap.After(0, default) is { Count: > 0 } uids ? uids.Take(3) : [1], default);
            await imap.Fetch(1, Stream.Null, 1000, default);
        }
        catch (MailException)
        {
            // it has a name
        }
    }

    private static async Task AsSmtp(string says, int piece)
    {
        try
        {
            await using var smtp = await SmtpClient.Connect(new("x", 1, MailSecurity.None), new Canned(Encoding.Latin1.GetBytes(says), piece), "me", default);
            await smtp.SignIn(new("a", "b"), default);
            var outcome = await smtp.Send(new("a@b.test", ["c@d.test", "e@f.test"]), "Subject: x\r\n\r\ny"u8.ToArray(), default);
            Assert.True(outcome.IsTaken || outcome.Failure is not null);
        }
        catch (MailException)
        {
            // it has a name
        }
    }

    private sealed class Desk : ISmtpDesk
    {
        public Task<SmtpAnswer> Ask(string recipient, SmtpArrival arrival, CancellationToken ct) => Task.FromResult(SmtpAnswer.Yes);

        public Task<SmtpAnswer> Take(SmtpArrival arrival, byte[] mail, CancellationToken ct)
        {
            Assert.All(arrival.To, to => Assert.True(SmtpAddress.IsOne(to)));
            return Task.FromResult(SmtpAnswer.Yes);
        }
    }

    private static Task AsClient(string says, int piece) => new SmtpReceiver(new("mx"), new Desk(), TimeProvider.System).Serve(new Canned(Encoding.Latin1.GetBytes(says), piece), IPAddress.Loopback, default);

    private static void AsMail(string text)
    {
        var mail = MailMessage.Read(Encoding.Latin1.GetBytes(text));
        _ = (mail.Reply, mail.Fingerprint, AutoReplies.MayBeAnswered(mail), Bounces.Of(mail), Bounces.OriginalId(mail), SenderProof.Of(mail, ["mx"]), mail.Html is { } html ? HtmlText.Of(html) : "");
        foreach (var part in mail.Attachments.Concat(mail.Inline))
            _ = (part.FileName, part.Content());
    }
}
