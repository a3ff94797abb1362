using System.Text;
using Queqiao.Mail.Wire;

namespace Queqiao.Mail.Imap;

/// <summary>Commands and responses (RFC 3501 2.2), bounded: whatever a server sends, no answer costs more than <see cref="MostAnswer"/> of memory.</summary>
internal sealed class ImapConnection(MailWire wire) : IAsyncDisposable
{
    private const int MostLine = 8 << 20;     // a search in a full mailbox is one line
    private const long MostAnswer = 32 << 20; // all responses to one command, without mails
    private const long MostLiteral = 1 << 20; // names and headers; mails go to their stream

    private const int MostResponses = 100_000;

    private int _tag;
    private int _responses;
    private long _read;

    public MailWire Wire => wire;

    /// <summary>Where the next BODY[] literal goes, and how much it may be at most.</summary>
    private (Stream To, long Most)? _sink;

    public async Task<ImapResponse> Greeting(CancellationToken ct) => await Next(ct).ConfigureAwait(false);

    /// <summary>Sends a command and hears everything until its end.</summary>
    /// <param name="parts">Text as it is to be sent; a part of bytes goes as a literal.</param>
    /// <returns>The untagged responses, and the words behind OK.</returns>
    public async Task<(IReadOnlyList<ImapResponse> Untagged, string Said)> Run(IReadOnlyList<object> parts, CancellationToken ct, (Stream To, long Most)? sink = null)
    {
        var tag = $"A{++_tag:D4}";
        (_read, _responses, _sink) = (0, 0, sink);
        var untagged = new List<ImapResponse>();
        var text = new StringBuilder(tag).Append(' ');
        foreach (var part in parts)
        {
            if (part is string words)
            {
                text.Append(words);
                continue;
            }
            var bytes = (ReadOnlyMemory<byte>)part;
            await wire.Write(text.Append('{').Append(bytes.Length).Append("}\r\n").ToString(), ct).ConfigureAwait(false);
            if (await Continued(tag, untagged, ct).ConfigureAwait(false) is { } early)
                return (untagged, Accepted(early));
            await wire.Write(bytes, ct).ConfigureAwait(false);
            text.Clear();
        }
        await wire.Write(text.Append("\r\n").ToString(), ct).ConfigureAwait(false);
        return (untagged, Accepted(await Ended(tag, untagged, ct).ConfigureAwait(false)));
    }

    public Task<(IReadOnlyList<ImapResponse> Untagged, string Said)> Run(string command, CancellationToken ct) => Run([command], ct);

    /// <summary>A command in which the server asks for more: the answer is sent, or the one for an unexpected question.</summary>
    public async Task<string> Dialogue(string command, Func<string, string> answer, CancellationToken ct)
    {
        var tag = $"A{++_tag:D4}";
        (_read, _responses, _sink) = (0, 0, null);
        await wire.Write($"{tag} {command}\r\n", ct).ConfigureAwait(false);
        while (true)
        {
            var response = await Next(ct).ConfigureAwait(false);
            if (response.Begins("+"))
                await wire.Write(answer(response.First[1..].Trim()) + "\r\n", ct).ConfigureAwait(false);
            else if (response.Begins(tag + " "))
                return Accepted(response.First[(tag.Length + 1)..]);
        }
    }

    /// <summary>IDLE (RFC 2177) until something is told or the time is over. The responses, none if nothing happened.</summary>
    public async Task<IReadOnlyList<ImapResponse>> Idle(TimeSpan most, CancellationToken ct)
    {
        var tag = $"A{++_tag:D4}";
        (_read, _responses, _sink) = (0, 0, null);
        var told = new List<ImapResponse>();
        await wire.Write($"{tag} IDLE\r\n", ct).ConfigureAwait(false);
        if (await Continued(tag, told, ct).ConfigureAwait(false) is { } early)
        {
            Accepted(early);
            return told;
        }
        if (told.Count == 0 && await wire.Waits(most, ct).ConfigureAwait(false))
            told.Add(await Next(ct).ConfigureAwait(false));
        await wire.Write("DONE\r\n", ct).ConfigureAwait(false);
        Accepted(await Ended(tag, told, ct).ConfigureAwait(false));
        return told;
    }

    /// <summary>Null: go on. Else the command is over.</summary>
    private async Task<string?> Continued(string tag, List<ImapResponse> untagged, CancellationToken ct)
    {
        while (true)
        {
            var response = await Next(ct).ConfigureAwait(false);
            if (response.Begins("+"))
                return null;
            if (response.Begins(tag + " "))
                return response.First[(tag.Length + 1)..];
            untagged.Add(response);
        }
    }

    private async Task<string> Ended(string tag, List<ImapResponse> untagged, CancellationToken ct)
    {
        while (true)
        {
            var response = await Next(ct).ConfigureAwait(false);
            if (response.Begins(tag + " "))
                return response.First[(tag.Length + 1)..];
            if (response.Begins("* "))
                untagged.Add(response);
            else
                throw new MailException(MailTrouble.Protocol, "This is no IMAP: " + response.First);
        }
    }

    private static string Accepted(string said)
    {
        var space = said.IndexOf(' ', StringComparison.Ordinal);
        var (word, rest) = space < 0 ? (said, "") : (said[..space], said[(space + 1)..]);
        return word.ToUpperInvariant() switch
        {
            "OK" => rest,
            "NO" when rest.StartsWith("[AUTHENTICATIONFAILED]", StringComparison.OrdinalIgnoreCase) => throw new MailException(MailTrouble.SignIn, rest),
            "NO" when rest.StartsWith("[UNAVAILABLE]", StringComparison.OrdinalIgnoreCase) || rest.StartsWith("[INUSE]", StringComparison.OrdinalIgnoreCase) => throw new MailException(MailTrouble.Busy, rest),
            "NO" or "BAD" => throw new MailException(MailTrouble.Refused, rest),
            _ => throw new MailException(MailTrouble.Protocol, said),
        };
    }

    private async Task<ImapResponse> Next(CancellationToken ct)
    {
        var pieces = new List<string?>();
        if (++_responses > MostResponses)
            throw new MailException(MailTrouble.TooMuch, "The answer does not end.");
        while (true)
        {
            var line = await wire.Line(MostLine, ct).ConfigureAwait(false) ?? throw new MailException(MailTrouble.Lost);
            Count(line.Length + 2);
            pieces.Add(line);
            if (LiteralAt(line) is not { } length)
                return new ImapResponse(pieces);
            pieces[^1] = line[..line.LastIndexOf('{')].TrimEnd('~');
            pieces.Add(await Literal(pieces[^1]!, length, ct).ConfigureAwait(false));
        }
    }

    private async Task<string?> Literal(string before, long length, CancellationToken ct)
    {
        if (_sink is { } sink && (before.EndsWith("BODY[] ", StringComparison.OrdinalIgnoreCase) || before.EndsWith("BODY[]<0> ", StringComparison.OrdinalIgnoreCase)))
        {
            if (length > sink.Most)
                throw new MailException(MailTrouble.TooMuch, "The mail is larger than it was said to be.");
            _sink = null;
            await wire.Copy(length, sink.To, ct).ConfigureAwait(false);
            return null;
        }
        if (length > MostLiteral)
            throw new MailException(MailTrouble.TooMuch, "A text in the answer is too long.");
        Count(length);
        var bytes = new MemoryStream((int)length);
        await wire.Copy(length, bytes, ct).ConfigureAwait(false);
        return Encoding.Latin1.GetString(bytes.ToArray());
    }

    private void Count(long bytes)
    {
        _read += bytes;
        if (_read > MostAnswer)
            throw new MailException(MailTrouble.TooMuch, "The answer does not end.");
    }

    /// <summary>How many bytes follow a line that ends with {number}; null: none.</summary>
    private static long? LiteralAt(string line)
    {
        if (line.Length < 3 || line[^1] != '}')
            return null;
        var open = line.LastIndexOf('{');
        if (open < 0)
            return null;
        var digits = line.AsSpan(open + 1, line.Length - open - 2).TrimEnd('+');
        if (digits.IsEmpty || digits.Length > 18 || digits.IndexOfAnyExceptInRange('0', '9') >= 0)
            return null;
        return long.Parse(digits, System.Globalization.CultureInfo.InvariantCulture);
    }

    public ValueTask DisposeAsync() => wire.DisposeAsync();
}
