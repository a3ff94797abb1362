using System.Text;
using Queqiao.Mail.Imap;
using Queqiao.Mail.Tests.Support;
using Queqiao.Mail.Wire;

namespace Queqiao.Mail.Tests.Servers;

public sealed class ImapTests
{
    private static readonly MailServer Server = new("mail.test", 143, MailSecurity.None);

    private const string Hello = "* OK hi\r\n* CAPABILITY IMAP4rev1 IDLE\r\nA0001 OK\r\n";

    private static Task<ImapClient> Connect(string says, out Canned canned, string hello = Hello) => ImapClient.Connect(Server, canned = new Canned(hello + says), default);

    [Theory]
    [InlineData("INBOX", "INBOX")]
    [InlineData("a & b", "a &- b")]
    [InlineData("已处理", "&XfJZBHQG-")]
    [InlineData("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-")] // RFC 3501 5.1.3
    [InlineData("Entwürfe😀", "Entw&APw-rfe&2D3eAA-")]
    public void Names_of_folders(string name, string coded)
    {
        Assert.Equal(coded, ImapNames.Encode(name));
        Assert.Equal(name, ImapNames.Decode(coded));
    }

    [Theory]
    [InlineData("&"), InlineData("a&b"), InlineData("&!!-"), InlineData("&AAA-x")]
    public void A_name_that_cannot_be_decoded_stays_as_it_is(string coded) => Assert.Equal(coded, ImapNames.Decode(coded));

    [Fact]
    public async Task Literals_quotes_and_odd_names_are_read()
    {
        await using var imap = await Connect("* LIST (\\HasNoChildren \\Junk) \"/\" {4}\r\na\"b\\\r\n* LIST () NIL \"x \\\"y\\\\\"\r\n* LIST (\\Noselect) \"/\" &XfJZBHQG-\r\nA0002 OK\r\n", out _);
        var folders = await imap.Folders(default);
        Assert.Equal(["a\"b\\", "x \"y\\", "已处理"], folders.Select(one => one.Name));
        Assert.Null(folders[1].Separator);
        Assert.False(folders[2].CanBeSelected);
    }

    [Fact]
    public async Task A_mail_goes_to_its_stream_whatever_is_told_between()
    {
        var mail = "Subject: x\r\n\r\n) A0002 OK {12}\r\n";
        await using var imap = await Connect($"* 5 EXISTS\r\n* 3 FETCH (UID 7 FLAGS (\\Seen) BODY[] {{{mail.Length}}}\r\n{mail} MODSEQ (1))\r\n* 4 EXPUNGE\r\nA0002 OK\r\n", out var canned);
        using var to = new MemoryStream();
        Assert.True(await imap.Fetch(7, to, 1000, default));
        Assert.Equal(mail, Encoding.Latin1.GetString(to.ToArray()));
        Assert.Contains("A0002 UID FETCH 7 (UID BODY.PEEK[])", canned.Heard, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Summaries_and_searches()
    {
        await using var imap = await Connect("""
            * SEARCH 9 4 5
            A0002 OK
            * 1 FETCH (RFC822.SIZE 44 INTERNALDATE " 7-Feb-2026 10:00:00 +0800" UID 4 FLAGS (\Seen $x))
            * 2 FETCH (FLAGS ())
            A0003 OK

            """, out var canned);
        Assert.Equal([5u, 9u], await imap.After(4, default)); // a server names the last one for "5:*" when there is none
        var one = Assert.Single(await imap.Summaries([4, 5, 6, 9], default));
        Assert.Equal((4u, 44, new DateTimeOffset(2026, 2, 7, 10, 0, 0, TimeSpan.FromHours(8))), (one.Uid, one.Size, one.Arrived));
        Assert.Contains("UID FETCH 4:6,9 (", canned.Heard, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_becomes_another_command()
    {
        await using var imap = await Connect("", out var canned);
        await Assert.ThrowsAsync<ArgumentException>(() => imap.SignIn(new("a\r\nA9 DELETE INBOX", "b"), default));
        await Assert.ThrowsAsync<ArgumentException>(() => imap.Flag(1, "x) y", on: true, default));
        await Assert.ThrowsAsync<MailException>(() => imap.Open("x\r\nA9 DELETE INBOX", write: false, default)); // as a coded name, and then nobody answers
        Assert.DoesNotContain("\r\nA9", canned.Heard, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_is_refused_is_a_failure_to_sign_in_and_not_a_hang()
    {
        await using var imap = await Connect("+ eyJzdGF0dXMiOiI0MDAifQ==\r\nA0002 NO [AUTHENTICATIONFAILED] no\r\n", out var canned, "* OK hi\r\n* CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR\r\nA0001 OK\r\n");
        var error = await Assert.ThrowsAsync<MailException>(() => imap.SignIn(new("a@b.test", "token", IsToken: true), default));
        Assert.Equal(MailTrouble.SignIn, error.Trouble);
        Assert.Contains("AUTHENTICATE XOAUTH2 " + Convert.ToBase64String("user=a@b.test\u0001auth=Bearer token\u0001\u0001"u8) + "\r\n\r\n", canned.Heard, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("* PREAUTH hi\r\n* CAPABILITY IMAP4rev1\r\nA0001 OK\r\n", MailTrouble.NoStartTls)]
    [InlineData("* OK hi\r\n* CAPABILITY IMAP4rev1 STARTTLS\r\nA0001 OK\r\nA0002 OK\r\n* CAPABILITY AUTH=PLAIN\r\n", MailTrouble.Protocol)] // said in clear, meant to count after TLS
    [InlineData("* OK hi\r\n* CAPABILITY IMAP4rev1 STARTTLS\r\nA0001 OK\r\nA0002 NO\r\n", MailTrouble.Refused)]
    public async Task Nobody_is_kept_from_TLS(string says, MailTrouble trouble) =>
        Assert.Equal(trouble, (await Assert.ThrowsAsync<MailException>(() => ImapClient.Connect(Server with { Security = MailSecurity.StartTls }, new Canned(says, piece: 4096), default))).Trouble);

    [Theory]
    [InlineData("* BYE full", MailTrouble.Busy)]
    [InlineData("220 smtp here", MailTrouble.Protocol)]
    [InlineData("", MailTrouble.Lost)]
    [InlineData("* OK hi\r\n* CAPABILITY x\r\nA0001 MAYBE", MailTrouble.Protocol)]
    [InlineData("* OK hi\r\nHTTP/1.1 400 Bad", MailTrouble.Protocol)]
    public async Task What_is_no_server_has_a_name(string says, MailTrouble trouble) =>
        Assert.Equal(trouble, (await Assert.ThrowsAsync<MailException>(() => ImapClient.Connect(Server, new Canned(says.Length == 0 ? "" : says + "\r\n"), default))).Trouble);

    [Theory]
    [InlineData("* 1 FETCH (UID 7 BODY[] {4294967296}\r\n", "x")]     // a mail of 4 GB
    [InlineData("* 1 FETCH (UID 7 X {99999999999}\r\n", "x")]         // a text of 93 GB
    [InlineData("* ", "x")]                                           // a line that does not end
    [InlineData("", "* 1 EXISTS\r\n")]                                // an answer that does not end
    [InlineData("", "* 1 FETCH (X {1000000}\r\n")]                    // texts again and again
    public async Task Nobody_has_to_read_for_ever(string first, string again)
    {
        var endless = new Endless(Hello + first, again);
        await using var imap = await ImapClient.Connect(Server, endless, default);
        var error = await Assert.ThrowsAsync<MailException>(() => imap.Fetch(7, Stream.Null, 30 << 20, default));
        Assert.Equal(MailTrouble.TooMuch, error.Trouble);
        Assert.True(endless.Said < 40 << 20);
    }

    [Fact]
    public async Task Brackets_as_deep_as_one_likes_are_refused()
    {
        await using var imap = await Connect("* 1 FETCH (UID 7 X " + new string('(', 100_000) + "\r\nA0002 OK\r\n", out _);
        Assert.Equal(MailTrouble.TooMuch, (await Assert.ThrowsAsync<MailException>(() => imap.Summaries([7], default))).Trouble);
    }
}
