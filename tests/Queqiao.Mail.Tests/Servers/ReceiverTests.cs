using System.Net;
using System.Text;
using Queqiao.Mail.Smtp;
using Queqiao.Mail.Tests.Support;

namespace Queqiao.Mail.Tests.Servers;

public sealed class ReceiverTests
{
    private sealed class Desk : ISmtpDesk
    {
        public List<(SmtpArrival Arrival, string Mail)> Taken { get; } = [];

        public Task<SmtpAnswer> Ask(string recipient, SmtpArrival arrival, CancellationToken ct) =>
            Task.FromResult(recipient.EndsWith("@shop.test", StringComparison.Ordinal) ? SmtpAnswer.Yes : SmtpAnswer.Unknown);

        public Task<SmtpAnswer> Take(SmtpArrival arrival, byte[] mail, CancellationToken ct)
        {
            Taken.Add((arrival, Encoding.UTF8.GetString(mail)));
            return Task.FromResult(SmtpAnswer.Yes);
        }
    }

    private static async Task<(List<string> Answers, Desk Desk)> Serve(string says, SmtpReceiverOptions? options = null)
    {
        var desk = new Desk();
        var canned = new Canned(Encoding.UTF8.GetBytes(says));
        await new SmtpReceiver(options ?? new SmtpReceiverOptions("mx.shop.test"), desk, TimeProvider.System).Serve(canned, IPAddress.Loopback, default);
        return ([.. canned.Heard.Split("\r\n", StringSplitOptions.RemoveEmptyEntries)], desk);
    }

    [Fact]
    public async Task Mails_are_taken_as_they_are_with_what_the_envelope_said()
    {
        var (answers, desk) = await Serve("EHLO client.test\r\nMAIL FROM:<a@client.test> SIZE=10\r\nRCPT TO:<help@shop.test>\r\nRCPT TO:<x@elsewhere.test>\r\nDATA\r\nSubject: x\r\n\r\n..\r\nend\n.\nnot the end\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<帮助@shop.test>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n");
        Assert.Equal(["220", "250", "250", "250", "250", "250", "250", "250", "250", "550", "354", "250", "250", "250", "354", "250", "221"], answers.Select(answer => answer[..3]));
        Assert.Equal(2, desk.Taken.Count);
        var (arrival, mail) = desk.Taken[0];
        Assert.Equal(("a@client.test", "help@shop.test"), (arrival.From, arrival.To.Single()));
        Assert.StartsWith("Return-Path: <a@client.test>\r\nDelivered-To: help@shop.test\r\nReceived: from client.test ([127.0.0.1]) by mx.shop.test with ESMTP; ", mail, StringComparison.Ordinal);
        Assert.EndsWith("Subject: x\r\n\r\n.\r\nend\n.\nnot the end\r\n", mail, StringComparison.Ordinal);
        Assert.Equal("帮助@shop.test", desk.Taken[1].Arrival.To.Single());
    }

    [Theory]
    [InlineData("MAIL FROM:<a@b.test>\r\n", "503")]                                              // nobody said hello
    [InlineData("EHLO x\r\nRCPT TO:<help@shop.test>\r\n", "503")]
    [InlineData("EHLO x\r\nDATA\r\n", "503")]
    [InlineData("EHLO x\r\nMAIL FROM:<a@b.test> SIZE=99999999999\r\n", "552")]
    [InlineData("EHLO x\r\nMAIL FROM:<a@b.test\r\n", "501")]
    [InlineData("EHLO x\r\nMAIL FROM:a@b.test\r\n", "501")]
    [InlineData("EHLO x\r\nMAIL FROM:<a b@b.test>\r\n", "501")]
    [InlineData("EHLO x\r\nMAIL FROM:<a@b.test>\r\nMAIL FROM:<a@b.test>\r\n", "503")]
    [InlineData("EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<>\r\n", "501")]
    [InlineData("EHLO x\r\nSTARTTLS\r\n", "502")]
    [InlineData("EHLO x\r\nAUTH PLAIN\r\n", "502")]
    public async Task What_comes_at_the_wrong_time_or_is_wrong_is_refused(string says, string code)
    {
        var (answers, desk) = await Serve(says);
        Assert.StartsWith(code, answers[^1], StringComparison.Ordinal);
        Assert.Empty(desk.Taken);
    }

    [Fact]
    public async Task Too_large_too_often_in_circles_and_without_end()
    {
        var small = new SmtpReceiverOptions("mx") { MostSize = 100 };
        const string Begin = "EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<help@shop.test>\r\nDATA\r\n";
        var (answers, desk) = await Serve(Begin + new string('x', 150) + "\r\n.\r\nNOOP\r\n", small);
        Assert.Equal(["552", "250"], answers.TakeLast(2).Select(answer => answer[..3])); // and one may go on
        (_, var endless) = await Serve(Begin + new string('x', 1000) + "\r\n.\r\n", small);
        (answers, var circles) = await Serve(Begin + string.Concat(Enumerable.Repeat("Received: x\r\n", 51)) + "\r\n.\r\n");
        Assert.StartsWith("554 5.4.6", answers[^1], StringComparison.Ordinal);
        (answers, var nonsense) = await Serve("EHLO x\r\n" + string.Concat(Enumerable.Repeat("WHAT\r\n", 20)));
        Assert.StartsWith("421", answers[^1], StringComparison.Ordinal);
        (answers, _) = await Serve("EHLO " + new string('x', 10_000));
        Assert.Single(answers);
        Assert.All([desk, endless, circles, nonsense], one => Assert.Empty(one.Taken));
    }

    [Fact]
    public async Task Cut_off_anywhere_nothing_is_taken_that_was_not_ended()
    {
        const string All = "EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<help@shop.test>\r\nDATA\r\nSubject: x\r\n\r\nbody\r\n.\r\n";
        for (var length = 0; length < All.Length; length++)
            Assert.Empty((await Serve(All[..length])).Desk.Taken);
        Assert.Single((await Serve(All)).Desk.Taken);
    }
}
