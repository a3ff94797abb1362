using System.Globalization;
using System.Text;
using Queqiao.Mail.Wire;

namespace Queqiao.Mail.Smtp;

/// <summary>
/// Gives mails to a server (RFC 5321; RFC 6409 where users sign in). One task at a time. Sending answers with an outcome; a
/// server that breaks the rules, or is gone, ends in a <see cref="MailException"/> while connecting and signing in.
/// </summary>
public sealed class SmtpClient : IAsyncDisposable
{
    private readonly MailWire _wire;
    private readonly string _name;
    private Dictionary<string, string> _can = new(StringComparer.OrdinalIgnoreCase);

    private SmtpClient(MailWire wire, string name) => (_wire, _name) = (wire, name);

    /// <summary>What it offers, with parameters: SIZE → 10240000.</summary>
    public IReadOnlyDictionary<string, string> Capabilities => _can;

    /// <summary>The largest mail it takes; null: it does not say.</summary>
    public long? MostSize => _can.TryGetValue("SIZE", out var size) && long.TryParse(size, CultureInfo.InvariantCulture, out var most) && most > 0 ? most : null;

    /// <param name="server">Where.</param>
    /// <param name="dialer">How.</param>
    /// <param name="name">What this machine calls itself: a domain name, or an address in brackets.</param>
    public static async Task<SmtpClient> Connect(MailServer server, IMailDialer dialer, string name, CancellationToken ct)
    {
        if (name.Length is 0 or > 255 || name.Any(c => c is <= ' ' or > '~'))
            throw new ArgumentException("This is no name of a machine.", nameof(name));
        var client = new SmtpClient(await MailWire.Connect(server, dialer, ct).ConfigureAwait(false), name);
        try
        {
            var greeting = await client.Reply(ct).ConfigureAwait(false);
            if (greeting.Code != 220)
                throw new MailException(greeting.Code is >= 400 and < 500 ? MailTrouble.Busy : MailTrouble.Refused, greeting.Said);
            await client.Greet(ct).ConfigureAwait(false);
            if (server.Security == MailSecurity.StartTls)
                await client.StartTls(server, ct).ConfigureAwait(false);
            return client;
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task StartTls(MailServer server, CancellationToken ct)
    {
        if (!_can.ContainsKey("STARTTLS"))
            throw new MailException(MailTrouble.NoStartTls);
        var reply = await Say("STARTTLS", ct).ConfigureAwait(false);
        if (reply.Code != 220)
            throw new MailException(MailTrouble.Tls, reply.Said);
        await _wire.StartTls(server, ct).ConfigureAwait(false);
        await Greet(ct).ConfigureAwait(false); // what was offered in clear does not count
    }

    private async Task Greet(CancellationToken ct)
    {
        _can = new(StringComparer.OrdinalIgnoreCase);
        var reply = await Say("EHLO " + _name, ct).ConfigureAwait(false);
        if (reply.Code is >= 500 and < 510)
            reply = await Say("HELO " + _name, ct).ConfigureAwait(false);
        if (!reply.IsYes)
            throw new MailException(MailTrouble.Refused, reply.Said);
        foreach (var line in reply.Lines.Skip(1))
        {
            var words = line.Replace("AUTH=", "AUTH ", StringComparison.OrdinalIgnoreCase).Split(' ', 2, StringSplitOptions.TrimEntries);
            _can[words[0]] = words.Length > 1 ? words[1] : "";
        }
    }

    public async Task SignIn(MailCredentials who, CancellationToken ct)
    {
        var ways = _can.GetValueOrDefault("AUTH")?.ToUpperInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        var reply = (who.IsToken, ways) switch
        {
            (true, _) when ways.Contains("XOAUTH2") => await Answered("AUTH XOAUTH2 " + Sasl.XOAuth2(who), ct).ConfigureAwait(false),
            (true, _) when ways.Contains("OAUTHBEARER") => await Answered("AUTH OAUTHBEARER " + Sasl.OAuthBearer(who), ct).ConfigureAwait(false),
            (false, _) when ways.Contains("PLAIN") => await Answered("AUTH PLAIN " + Sasl.Plain(who), ct).ConfigureAwait(false),
            (false, _) when ways.Contains("LOGIN") => await Login(who, ct).ConfigureAwait(false),
            _ => throw new MailException(MailTrouble.NoSignIn),
        };
        if (reply.Code != 235)
            throw new MailException(reply.Code is 421 or 454 ? MailTrouble.Busy : MailTrouble.SignIn, reply.Said);
    }

    /// <summary>A question behind a token is the explanation of a failure: it is answered with nothing, so that the failure comes.</summary>
    private async Task<SmtpReply> Answered(string command, CancellationToken ct)
    {
        var reply = await Say(command, ct).ConfigureAwait(false);
        return reply.Code == 334 ? await Say("", ct).ConfigureAwait(false) : reply;
    }

    private async Task<SmtpReply> Login(MailCredentials who, CancellationToken ct)
    {
        var reply = await Say("AUTH LOGIN", ct).ConfigureAwait(false);
        if (reply.Code == 334)
            reply = await Say(Sasl.Base64(who.User), ct).ConfigureAwait(false);
        return reply.Code == 334 ? await Say(Sasl.Base64(who.Secret), ct).ConfigureAwait(false) : reply;
    }

    /// <summary>Gives one mail to the server, for several people at once. The next may follow on the same connection.</summary>
    public async Task<SmtpOutcome> Send(SmtpEnvelope envelope, ReadOnlyMemory<byte> mail, CancellationToken ct)
    {
        var data = SmtpData.Of(mail.Span);
        if (MostSize is { } most && data.Length > most)
            return Failed(SmtpVerdict.TooLarge, "The mail is larger than the server takes.");
        var is8Bit = mail.Span.IndexOfAnyInRange((byte)0x80, (byte)0xFF) >= 0;
        if (is8Bit && !_can.ContainsKey("8BITMIME"))
            return Failed(SmtpVerdict.Final, "The server takes ASCII only.");
        if (Commands(envelope, data.Length, is8Bit, out var refused) is not { } commands)
            return Failed(SmtpVerdict.NoSuchAddress, "An address of ours that no mail can come from.");
        if (commands.Count == 1)
            return new SmtpOutcome(refused[0].Failure, refused, null);
        try
        {
            return await Send(commands, data, refused, ct).ConfigureAwait(false);
        }
        catch (MailException error)
        {
            return Failed(SmtpVerdict.Later, error.Said ?? error.Trouble.ToString());
        }
    }

    private async Task<SmtpOutcome> Send(List<(string Line, string? To)> commands, byte[] data, List<RefusedRecipient> refused, CancellationToken ct)
    {
        var replies = await Exchange(commands, ct).ConfigureAwait(false);
        for (var i = 1; i < replies.Count; i++)
        {
            if (replies[0].IsYes && !replies[i].IsYes)
                refused.Add(new(commands[i].To!, SmtpFailure.Of(replies[i])));
        }
        var nobody = replies.Skip(1).All(reply => !reply.IsYes);
        if (!replies[0].IsYes || nobody)
        {
            await Say("RSET", ct).ConfigureAwait(false);
            return new SmtpOutcome(replies[0].IsYes ? refused[^1].Failure : SmtpFailure.Of(replies[0]), refused, null);
        }
        var go = await Say("DATA", ct).ConfigureAwait(false);
        if (go.Code != 354)
        {
            await Say("RSET", ct).ConfigureAwait(false);
            return new SmtpOutcome(SmtpFailure.Of(go), refused, null);
        }
        await _wire.Write(data, ct).ConfigureAwait(false);
        var end = await Reply(ct).ConfigureAwait(false);
        return end.IsYes ? new SmtpOutcome(null, refused, end.Said) : new SmtpOutcome(SmtpFailure.Of(end), refused, null);
    }

    /// <summary>All at once where the server allows it (RFC 2920), else one after the other, to the first no for the sender.</summary>
    private async Task<List<SmtpReply>> Exchange(List<(string Line, string? To)> commands, CancellationToken ct)
    {
        var replies = new List<SmtpReply>();
        if (_can.ContainsKey("PIPELINING"))
        {
            await _wire.Write(string.Concat(commands.Select(command => command.Line + "\r\n")), ct).ConfigureAwait(false);
            for (var i = 0; i < commands.Count; i++)
                replies.Add(await Reply(ct).ConfigureAwait(false));
            return replies;
        }
        foreach (var (line, _) in commands)
        {
            replies.Add(await Say(line, ct).ConfigureAwait(false));
            if (!replies[0].IsYes)
                break;
        }
        return replies;
    }

    /// <summary>MAIL and one RCPT for each; addresses that are none, or need what the server cannot do, are refused here. Null: the sender is.</summary>
    private List<(string Line, string? To)>? Commands(SmtpEnvelope envelope, int size, bool is8Bit, out List<RefusedRecipient> refused)
    {
        refused = [];
        var utf8 = _can.ContainsKey("SMTPUTF8");
        var needs = false;
        var from = "";
        if (envelope.From.Length > 0 && (!SmtpAddress.TryWrite(envelope.From, out from, out needs) || (needs && !utf8)))
            return null;
        var report = _can.ContainsKey("DSN") && envelope.ReportAs is { Length: > 0 and <= 100 } name && name.All(c => c is > ' ' and < '\u007F' and not ('+' or '=')) ? envelope.ReportAs : null;
        var lines = new List<(string Line, string? To)> { ("", null) };
        foreach (var to in envelope.To.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (!SmtpAddress.TryWrite(to, out var written, out var special))
                refused.Add(new(to, new(SmtpVerdict.NoSuchAddress, 0, "5.1.3", "This is no address.")));
            else if (special && !utf8)
                refused.Add(new(to, new(SmtpVerdict.NoSuchAddress, 0, "5.6.7", "The server cannot send to addresses that are not ASCII.")));
            else
                lines.Add(($"RCPT TO:<{written}>{(report is null ? "" : " NOTIFY=FAILURE,DELAY")}", to));
            needs |= special && utf8;
        }
        lines[0] = ($"MAIL FROM:<{from}>{(MostSize is null ? "" : string.Create(CultureInfo.InvariantCulture, $" SIZE={size}"))}{(is8Bit ? " BODY=8BITMIME" : "")}{(needs ? " SMTPUTF8" : "")}{(report is null ? "" : $" RET=HDRS ENVID={report}")}", null);
        if (lines.Count == 1 && refused.Count == 0)
            refused.Add(new("", new(SmtpVerdict.NoSuchAddress, 0, "5.1.3", "There is nobody to send it to.")));
        return lines;
    }

    private static SmtpOutcome Failed(SmtpVerdict verdict, string words) => new(new SmtpFailure(verdict, 0, null, words), [], null);

    private async Task<SmtpReply> Say(string command, CancellationToken ct)
    {
        await _wire.Write(command + "\r\n", ct).ConfigureAwait(false);
        return await Reply(ct).ConfigureAwait(false);
    }

    private Task<SmtpReply> Reply(CancellationToken ct) => SmtpReply.Read(_wire, ct);

    public async Task SignOut(CancellationToken ct)
    {
        try
        {
            await Say("QUIT", ct).ConfigureAwait(false);
        }
        catch (MailException)
        {
            // gone already
        }
    }

    public ValueTask DisposeAsync() => _wire.DisposeAsync();
}

/// <summary>A mail as it goes over the line: every line end is CRLF, a dot at the beginning of a line is doubled, and it ends with a dot alone (RFC 5321 4.5.2).</summary>
internal static class SmtpData
{
    public static byte[] Of(ReadOnlySpan<byte> mail)
    {
        var data = new MemoryStream(mail.Length + 64);
        while (!mail.IsEmpty)
        {
            // A lone CR or LF could end the mail early for a server that reads otherwise than the next one (SMTP smuggling).
            var end = mail.IndexOfAny((byte)'\r', (byte)'\n');
            var line = end < 0 ? mail : mail[..end];
            if (line.StartsWith("."u8))
                data.WriteByte((byte)'.');
            data.Write(line);
            data.Write("\r\n"u8);
            if (end < 0)
                break;
            mail = mail[(end + (mail[end..].StartsWith("\r\n"u8) ? 2 : 1))..];
        }
        data.Write(".\r\n"u8);
        return data.ToArray();
    }
}
