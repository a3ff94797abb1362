using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Text;
using Queqiao.Mail.Wire;

namespace Queqiao.Mail.Smtp;

/// <param name="Name">What this server calls itself.</param>
public sealed record SmtpReceiverOptions(string Name)
{
    public int MostSize { get; init; } = 30 << 20;

    public int MostRecipients { get; init; } = 50;

    /// <summary>Mails on one connection.</summary>
    public int MostMails { get; init; } = 100;

    /// <summary>What is not understood or refused, until the connection ends.</summary>
    public int MostMistakes { get; init; } = 10;

    /// <summary>Servers that a mail may have come through: more, and it goes in circles (RFC 5321 6.3).</summary>
    public int MostHops { get; init; } = 50;

    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>All the time that one mail may take.</summary>
    public TimeSpan MostTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>For STARTTLS; null: it is not offered.</summary>
    public SslServerAuthenticationOptions? Tls { get; init; }
}

/// <param name="Client">The other side's address.</param>
/// <param name="Greeting">What it calls itself.</param>
public sealed record SmtpArrival(IPAddress? Client, string Greeting, string From, IReadOnlyList<string> To, bool WasSecure);

/// <summary>An answer to the other side. 2xx: yes.</summary>
public sealed record SmtpAnswer(int Code, string Words)
{
    public static readonly SmtpAnswer Yes = new(250, "2.0.0 OK");
    public static readonly SmtpAnswer Unknown = new(550, "5.1.1 No such address here");
    public static readonly SmtpAnswer Later = new(451, "4.3.0 Try again later");

    internal bool IsYes => Code is >= 200 and < 300;
}

/// <summary>What becomes of mails that arrive.</summary>
public interface ISmtpDesk
{
    /// <summary>Whether this recipient is ours. Nothing is ever passed on to others.</summary>
    Task<SmtpAnswer> Ask(string recipient, SmtpArrival arrival, CancellationToken ct);

    /// <summary>Keeps a mail. Yes only when it is on disk: the other side forgets it then.</summary>
    Task<SmtpAnswer> Take(SmtpArrival arrival, byte[] mail, CancellationToken ct);
}

/// <summary>One connection of somebody who brings mail (RFC 5321). Whatever they send, it is bounded in size and time.</summary>
public sealed class SmtpReceiver(SmtpReceiverOptions options, ISmtpDesk desk, TimeProvider clock)
{
    private const int MostCommand = 2_048;
    private const int MostDataLine = 1 << 20;

    /// <summary>Serves until the other side goes, or has to. Never throws for what it sends.</summary>
    public async Task Serve(Stream connection, IPAddress? client, CancellationToken ct)
    {
        var wire = new MailWire(connection, options.Patience);
        await using (wire.ConfigureAwait(false))
        {
            try
            {
                await new Talk(this, wire, client).Run(ct).ConfigureAwait(false);
            }
            catch (Exception error) when (error is IOException or AuthenticationException or OperationCanceledException && !ct.IsCancellationRequested)
            {
                // The other side is gone, too slow, or sends what nobody can read: there is nobody to tell.
            }
        }
    }

    private sealed class Talk(SmtpReceiver receiver, MailWire wire, IPAddress? client)
    {
        private readonly SmtpReceiverOptions _options = receiver.Options;
        private readonly List<string> _to = [];
        private string? _greeting;
        private string? _from;
        private int _mistakes;
        private int _mails;

        private SmtpArrival Arrival => new(client, _greeting ?? "", _from ?? "", [.. _to], wire.IsSecure);

        public async Task Run(CancellationToken ct)
        {
            await Answer(220, $"{_options.Name} ESMTP", ct).ConfigureAwait(false);
            while (await wire.Line(MostCommand, ct).ConfigureAwait(false) is { } line)
            {
                var space = line.IndexOf(' ', StringComparison.Ordinal);
                var (verb, rest) = space < 0 ? (line, "") : (line[..space], line[(space + 1)..].Trim());
                if (verb.Equals("QUIT", StringComparison.OrdinalIgnoreCase))
                {
                    await Answer(221, "2.0.0 Bye", ct).ConfigureAwait(false);
                    return;
                }
                if (_mistakes >= _options.MostMistakes || _mails >= _options.MostMails)
                {
                    await Answer(421, "4.7.0 Too much", ct).ConfigureAwait(false);
                    return;
                }
                await On(verb.ToUpperInvariant(), rest, ct).ConfigureAwait(false);
            }
        }

        private Task On(string verb, string rest, CancellationToken ct) => verb switch
        {
            "EHLO" => Greet(rest, isExtended: true, ct),
            "HELO" => Greet(rest, isExtended: false, ct),
            "MAIL" => Mail(rest, ct),
            "RCPT" => Recipient(rest, ct),
            "DATA" => Data(ct),
            "RSET" => Reset(ct),
            "NOOP" => Answer(250, "2.0.0 OK", ct),
            "VRFY" => Answer(252, "2.0.0 Just send it", ct),
            "STARTTLS" when _options.Tls is not null && !wire.IsSecure => Secure(ct),
            _ => Wrong(502, "5.5.1 Not known here", ct),
        };

        private async Task Greet(string name, bool isExtended, CancellationToken ct)
        {
            (_greeting, _from) = (name.Length > 255 ? name[..255] : name, null);
            _to.Clear();
            if (!isExtended)
            {
                await Answer(250, _options.Name, ct).ConfigureAwait(false);
                return;
            }
            List<string> offers = [_options.Name, "PIPELINING", $"SIZE {_options.MostSize}", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"];
            if (_options.Tls is not null && !wire.IsSecure)
                offers.Add("STARTTLS");
            await wire.Write(string.Concat(offers.Select((offer, i) => $"250{(i + 1 < offers.Count ? '-' : ' ')}{offer}\r\n")), ct).ConfigureAwait(false);
        }

        private async Task Secure(CancellationToken ct)
        {
            await Answer(220, "2.0.0 Go ahead", ct).ConfigureAwait(false);
            await wire.StartTls(_options.Tls!, ct).ConfigureAwait(false);
            (_greeting, _from) = (null, null);
            _to.Clear();
        }

        private Task Reset(CancellationToken ct)
        {
            _from = null;
            _to.Clear();
            return Answer(250, "2.0.0 OK", ct);
        }

        private Task Mail(string rest, CancellationToken ct)
        {
            if (_greeting is null || _from is not null)
                return Wrong(503, "5.5.1 Not now", ct);
            if (Path(rest, "FROM:", out var address, out var parameters) is false || (address.Length > 0 && !SmtpAddress.IsOne(address)))
                return Wrong(501, "5.1.7 No such sender", ct);
            if (parameters.FirstOrDefault(one => one.StartsWith("SIZE=", StringComparison.OrdinalIgnoreCase)) is { } size && (!long.TryParse(size.AsSpan(5), out var bytes) || bytes > _options.MostSize))
                return Wrong(552, "5.3.4 Too large", ct);
            _from = address;
            return Answer(250, "2.1.0 OK", ct);
        }

        private async Task Recipient(string rest, CancellationToken ct)
        {
            if (_from is null)
                await Wrong(503, "5.5.1 Not now", ct).ConfigureAwait(false);
            else if (_to.Count >= _options.MostRecipients)
                await Answer(452, "4.5.3 Enough recipients", ct).ConfigureAwait(false);
            else if (!Path(rest, "TO:", out var address, out _) || !SmtpAddress.IsOne(address))
                await Wrong(501, "5.1.3 No such address", ct).ConfigureAwait(false);
            else if (await receiver.Desk.Ask(address, Arrival, ct).ConfigureAwait(false) is { IsYes: false } no)
                await Wrong(no.Code, no.Words, ct).ConfigureAwait(false);
            else
                await Taken(address, ct).ConfigureAwait(false);
        }

        private Task Taken(string address, CancellationToken ct)
        {
            _to.Add(address);
            return Answer(250, "2.1.5 OK", ct);
        }

        private async Task Data(CancellationToken ct)
        {
            if (_from is null || _to.Count == 0)
            {
                await Wrong(503, "5.5.1 Not now", ct).ConfigureAwait(false);
                return;
            }
            await Answer(354, "End with a dot alone", ct).ConfigureAwait(false);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(_options.MostTime);
            var (mail, hops) = await Read(limit.Token).ConfigureAwait(false);
            var answer = mail is null ? new SmtpAnswer(552, "5.3.4 Too large")
                : hops > _options.MostHops ? new SmtpAnswer(554, "5.4.6 It goes in circles")
                : await receiver.Desk.Take(Arrival, mail, ct).ConfigureAwait(false);
            _mails++;
            _mistakes += answer.IsYes ? 0 : 1;
            _from = null;
            _to.Clear();
            await Answer(answer.Code, answer.Words, ct).ConfigureAwait(false);
        }

        /// <summary>Up to CRLF.CRLF and nothing else; a lone LF ends no mail. Null: too large, and read to its end all the same.</summary>
        private async Task<(byte[]? Mail, int Hops)> Read(CancellationToken ct)
        {
            var mail = new MemoryStream();
            mail.Write(Encoding.UTF8.GetBytes(Stamp()));
            var (size, hops, inHeader, afterCrlf) = (0L, 0, true, true);
            while (true)
            {
                var line = await wire.RawLine(MostDataLine, ct).ConfigureAwait(false) ?? throw new MailException(MailTrouble.Lost);
                var crlf = line.AsSpan().EndsWith("\r\n"u8);
                if (afterCrlf && crlf && line.AsSpan().SequenceEqual(".\r\n"u8))
                    return (size > _options.MostSize ? null : mail.ToArray(), hops);
                inHeader &= !line.AsSpan().SequenceEqual("\r\n"u8);
                hops += inHeader && line.Length > 9 && Encoding.Latin1.GetString(line, 0, 9).Equals("Received:", StringComparison.OrdinalIgnoreCase) ? 1 : 0;
                size += line.Length;
                if (size > 4L * _options.MostSize)
                    throw new MailException(MailTrouble.TooMuch);
                if (size <= _options.MostSize)
                    mail.Write(afterCrlf && line[0] == '.' ? line.AsSpan(1) : line);
                afterCrlf = crlf;
            }
        }

        /// <summary>What the envelope said, where mail programs look for it (RFC 5321 4.4).</summary>
        private string Stamp()
        {
            var stamp = new StringBuilder($"Return-Path: <{_from}>\r\n");
            foreach (var to in _to)
                stamp.Append("Delivered-To: ").Append(to).Append("\r\n");
            var said = string.Concat((_greeting ?? "").Where(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '[' or ']' or ':'));
            return stamp.Append("Received: from ").Append(said.Length == 0 ? "unknown" : said).Append(" ([").Append(client).Append("]) by ").Append(_options.Name)
                .Append(wire.IsSecure ? " with ESMTPS; " : " with ESMTP; ").Append(Mime.MailDate.Format(receiver.Clock.GetUtcNow())).Append("\r\n").ToString();
        }

        /// <summary><c>FROM:&lt;a@b&gt; SIZE=1</c>. Routes and a blank before the bracket are as good.</summary>
        private static bool Path(string rest, string word, out string address, out string[] parameters)
        {
            (address, parameters) = ("", []);
            if (!rest.StartsWith(word, StringComparison.OrdinalIgnoreCase))
                return false;
            var path = rest[word.Length..].TrimStart();
            var close = path.IndexOf('>', StringComparison.Ordinal);
            if (path.Length < 2 || path[0] != '<' || close < 1)
                return false;
            address = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(path[1..close]));
            if (address.StartsWith('@') && address.Contains(':', StringComparison.Ordinal))
                address = address[(address.IndexOf(':', StringComparison.Ordinal) + 1)..];
            parameters = path[(close + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return true;
        }

        private Task Wrong(int code, string words, CancellationToken ct)
        {
            _mistakes++;
            return Answer(code, words, ct);
        }

        private Task Answer(int code, string words, CancellationToken ct) => wire.Write($"{code} {MailException.Clean(words)}\r\n", ct);
    }

    private SmtpReceiverOptions Options => options;

    private ISmtpDesk Desk => desk;

    private TimeProvider Clock => clock;
}
