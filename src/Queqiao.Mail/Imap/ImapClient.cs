using System.Globalization;
using System.Text;
using Queqiao.Mail.Wire;

namespace Queqiao.Mail.Imap;

/// <param name="Name">Decoded, as people see it.</param>
/// <param name="Separator">Between levels; null: there are none.</param>
/// <param name="Marks">\Noselect, \Junk, \Sent … (RFC 6154).</param>
public sealed record ImapFolder(string Name, char? Separator, IReadOnlyList<string> Marks)
{
    public bool CanBeSelected => !Marks.Contains("\\Noselect", StringComparer.OrdinalIgnoreCase) && !Marks.Contains("\\NonExistent", StringComparer.OrdinalIgnoreCase);
}

/// <param name="UidValidity">Another number than last time: all UIDs are new ones.</param>
/// <param name="UidNext">0: the server does not say.</param>
public sealed record ImapMailbox(uint UidValidity, uint UidNext, uint Mails, bool IsReadOnly);

/// <param name="Size">As the server says.</param>
public sealed record ImapSummary(uint Uid, long Size, DateTimeOffset? Arrived, IReadOnlyList<string> Flags);

/// <summary>
/// Reads a mailbox (RFC 3501, and RFC 9051 as far as it is the same). One task at a time. What the server does that it must not
/// do ends in a <see cref="MailException"/>; after one that is not <see cref="MailTrouble.Refused"/> the connection is of no use.
/// </summary>
public sealed class ImapClient : IAsyncDisposable
{
    private readonly ImapConnection _connection;
    private HashSet<string> _can = new(StringComparer.OrdinalIgnoreCase);

    private ImapClient(ImapConnection connection) => _connection = connection;

    /// <summary>As the server said last.</summary>
    public IReadOnlySet<string> Capabilities => _can;

    public static async Task<ImapClient> Connect(MailServer server, IMailDialer dialer, CancellationToken ct)
    {
        var client = new ImapClient(new ImapConnection(await MailWire.Connect(server, dialer, ct).ConfigureAwait(false)));
        try
        {
            var greeting = await client._connection.Greeting(ct).ConfigureAwait(false);
            if (greeting.Begins("* BYE"))
                throw new MailException(MailTrouble.Busy, greeting.First[5..]);
            if (!greeting.Begins("* OK") && !greeting.Begins("* PREAUTH"))
                throw new MailException(MailTrouble.Protocol, "This is no IMAP server: " + greeting.First);
            await client.LearnCapabilities(ct).ConfigureAwait(false);
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
        if (!_can.Contains("STARTTLS"))
            throw new MailException(MailTrouble.NoStartTls);
        await _connection.Run("STARTTLS", ct).ConfigureAwait(false);
        await _connection.Wire.StartTls(server, ct).ConfigureAwait(false);
        await LearnCapabilities(ct).ConfigureAwait(false); // what was said in clear does not count
    }

    private async Task LearnCapabilities(CancellationToken ct)
    {
        var (untagged, _) = await _connection.Run("CAPABILITY", ct).ConfigureAwait(false);
        _can = new(untagged.Where(one => one.Begins("* CAPABILITY ")).SelectMany(one => one.First[13..].Split(' ', StringSplitOptions.RemoveEmptyEntries)), StringComparer.OrdinalIgnoreCase);
    }

    public async Task SignIn(MailCredentials who, CancellationToken ct)
    {
        try
        {
            if (who.IsToken)
                await ByToken(who, ct).ConfigureAwait(false);
            else if (_can.Contains("AUTH=PLAIN"))
                await Authenticate("PLAIN", Sasl.Plain(who), ct).ConfigureAwait(false);
            else if (!_can.Contains("LOGINDISABLED"))
                await _connection.Run(["LOGIN ", .. Text(who.User), " ", .. Text(who.Secret)], ct).ConfigureAwait(false);
            else
                throw new MailException(MailTrouble.NoSignIn);
        }
        catch (MailException error) when (error.Trouble == MailTrouble.Refused)
        {
            throw new MailException(MailTrouble.SignIn, error.Said, error);
        }
        await LearnCapabilities(ct).ConfigureAwait(false);
    }

    private Task ByToken(MailCredentials who, CancellationToken ct) =>
        _can.Contains("AUTH=XOAUTH2") ? Authenticate("XOAUTH2", Sasl.XOAuth2(who), ct)
        : _can.Contains("AUTH=OAUTHBEARER") ? Authenticate("OAUTHBEARER", Sasl.OAuthBearer(who), ct)
        : throw new MailException(MailTrouble.NoSignIn);

    private async Task Authenticate(string way, string response, CancellationToken ct)
    {
        // A second question is the server's explanation of a failure: answered with nothing, so that it says NO.
        var asked = 0;
        if (_can.Contains("SASL-IR"))
            await _connection.Dialogue($"AUTHENTICATE {way} {response}", _ => "", ct).ConfigureAwait(false);
        else
            await _connection.Dialogue($"AUTHENTICATE {way}", _ => asked++ == 0 ? response : "", ct).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<ImapFolder>> Folders(CancellationToken ct)
    {
        var (untagged, _) = await _connection.Run("LIST \"\" \"*\"", ct).ConfigureAwait(false);
        var folders = new List<ImapFolder>();
        foreach (var one in untagged.Where(one => one.Begins("* LIST ")))
        {
            if (one.Values() is [_, { Items: { } marks }, var separator, { Text: { } name }, ..])
                folders.Add(new(ImapNames.Decode(name), separator.Text is { Length: 1 } character ? character[0] : null, [.. marks.Where(mark => mark.Text is not null).Select(mark => mark.Text!)]));
        }
        return folders;
    }

    /// <param name="write">Whether flags will be changed or mails moved.</param>
    public async Task<ImapMailbox> Open(string folder, bool write, CancellationToken ct)
    {
        var (untagged, said) = await _connection.Run([write ? "SELECT " : "EXAMINE ", .. Text(ImapNames.Encode(folder))], ct).ConfigureAwait(false);
        var (validity, next, mails) = (0u, 0u, 0u);
        foreach (var line in untagged.Select(one => one.First))
        {
            validity = Code(line, "UIDVALIDITY") ?? validity;
            next = Code(line, "UIDNEXT") ?? next;
            if (line.Split(' ') is ["*", var number, var word] && word.Equals("EXISTS", StringComparison.OrdinalIgnoreCase) && uint.TryParse(number, CultureInfo.InvariantCulture, out var count))
                mails = count;
        }
        return validity == 0
            ? throw new MailException(MailTrouble.Protocol, "The server gives no UIDVALIDITY.")
            : new ImapMailbox(validity, next, mails, said.StartsWith("[READ-ONLY]", StringComparison.OrdinalIgnoreCase));
    }

    private static uint? Code(string line, string name)
    {
        var at = line.IndexOf("[" + name + " ", StringComparison.OrdinalIgnoreCase);
        var end = at < 0 ? -1 : line.IndexOf(']', at);
        return end > 0 && uint.TryParse(line.AsSpan(at + name.Length + 2, end - at - name.Length - 2), CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>UIDs above this one, in order.</summary>
    public Task<IReadOnlyList<uint>> After(uint uid, CancellationToken ct) => Search($"UID {(uid == uint.MaxValue ? uid : uid + 1)}:*", uid, ct);

    /// <summary>UIDs of mails that arrived on this day or later, in order.</summary>
    public Task<IReadOnlyList<uint>> Since(DateOnly day, CancellationToken ct) => Search("SINCE " + day.ToString("d-MMM-yyyy", CultureInfo.InvariantCulture), 0, ct);

    private async Task<IReadOnlyList<uint>> Search(string what, uint above, CancellationToken ct)
    {
        var (untagged, _) = await _connection.Run("UID SEARCH " + what, ct).ConfigureAwait(false);
        var found = new SortedSet<uint>();
        foreach (var one in untagged.Where(one => one.Begins("* SEARCH")))
        {
            foreach (var word in one.First[8..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                // "5:*" means the last one when there is none above (RFC 3501 6.4.8).
                if (uint.TryParse(word, CultureInfo.InvariantCulture, out var uid) && uid > above)
                    found.Add(uid);
            }
        }
        return [.. found];
    }

    public async Task<IReadOnlyList<ImapSummary>> Summaries(IEnumerable<uint> uids, CancellationToken ct)
    {
        if (Set(uids) is not { Length: > 0 } set)
            return [];
        var (untagged, _) = await _connection.Run($"UID FETCH {set} (UID RFC822.SIZE INTERNALDATE FLAGS)", ct).ConfigureAwait(false);
        return [.. Fetched(untagged).Where(one => one.ContainsKey("UID")).Select(ImapFetch.Summary)];
    }

    /// <summary>These headers of mails, raw, by UID.</summary>
    public async Task<IReadOnlyDictionary<uint, string>> Headers(IEnumerable<uint> uids, string name, CancellationToken ct)
    {
        var found = new Dictionary<uint, string>();
        if (Set(uids) is not { Length: > 0 } set)
            return found;
        var (untagged, _) = await _connection.Run($"UID FETCH {set} (UID BODY.PEEK[HEADER.FIELDS ({Atom(name)})])", ct).ConfigureAwait(false);
        foreach (var one in Fetched(untagged))
        {
            if (one.GetValueOrDefault("UID")?.Number is { } uid && one.FirstOrDefault(pair => pair.Key.StartsWith("BODY[", StringComparison.OrdinalIgnoreCase)).Value?.Text is { } text)
                found[uid] = text;
        }
        return found;
    }

    /// <summary>Copies a mail as it is; it stays unread. False: it is gone.</summary>
    /// <exception cref="MailException"><see cref="MailTrouble.TooMuch"/>: it is larger than <paramref name="most"/>.</exception>
    public async Task<bool> Fetch(uint uid, Stream to, long most, CancellationToken ct)
    {
        var (untagged, _) = await _connection.Run([$"UID FETCH {uid} (UID BODY.PEEK[])"], ct, (to, most)).ConfigureAwait(false);
        var got = Fetched(untagged).FirstOrDefault(one => one.GetValueOrDefault("UID")?.Number == uid && one.ContainsKey("BODY[]"));
        if (got is null)
            return false;
        if (got["BODY[]"].Text is { Length: > 0 } quoted) // a short mail may come as a quoted text
            await to.WriteAsync(Encoding.Latin1.GetBytes(quoted), ct).ConfigureAwait(false);
        return true;
    }

    public Task Flag(uint uid, string flag, bool on, CancellationToken ct) => _connection.Run($"UID STORE {uid} {(on ? '+' : '-')}FLAGS.SILENT ({Atom(flag)})", ct);

    /// <summary>By MOVE (RFC 6851), else by copying and deleting.</summary>
    public async Task Move(uint uid, string folder, CancellationToken ct)
    {
        var to = Text(ImapNames.Encode(folder));
        if (_can.Contains("MOVE"))
        {
            await _connection.Run([$"UID MOVE {uid} ", .. to], ct).ConfigureAwait(false);
            return;
        }
        await _connection.Run([$"UID COPY {uid} ", .. to], ct).ConfigureAwait(false);
        await Flag(uid, "\\Deleted", on: true, ct).ConfigureAwait(false);
        if (_can.Contains("UIDPLUS")) // without it others' deleted mails would go too
            await _connection.Run($"UID EXPUNGE {uid}", ct).ConfigureAwait(false);
    }

    public Task Create(string folder, CancellationToken ct) => _connection.Run(["CREATE ", .. Text(ImapNames.Encode(folder))], ct);

    /// <summary>Puts a mail into a folder: a copy of what was sent.</summary>
    public Task Append(string folder, ReadOnlyMemory<byte> mail, bool seen, CancellationToken ct) =>
        _connection.Run(["APPEND ", .. Text(ImapNames.Encode(folder)), seen ? " (\\Seen) " : " ", mail], ct);

    public bool CanIdle => _can.Contains("IDLE");

    /// <summary>Waits for news in the open folder, by IDLE or by asking once at the end. True: something may be new.</summary>
    /// <param name="most">Servers end it after 30 minutes: stay below 29, and call again.</param>
    public async Task<bool> WaitForNews(TimeSpan most, CancellationToken ct)
    {
        if (CanIdle)
            return (await _connection.Idle(most, ct).ConfigureAwait(false)).Any(IsNews);
        await Task.Delay(most, ct).ConfigureAwait(false);
        return (await _connection.Run("NOOP", ct).ConfigureAwait(false)).Untagged.Any(IsNews);
    }

    private static bool IsNews(ImapResponse one) => one.First.EndsWith(" EXISTS", StringComparison.OrdinalIgnoreCase) || one.First.EndsWith(" RECENT", StringComparison.OrdinalIgnoreCase);

    public async Task SignOut(CancellationToken ct)
    {
        try
        {
            await _connection.Run("LOGOUT", ct).ConfigureAwait(false);
        }
        catch (MailException)
        {
            // gone already
        }
    }

    private static IEnumerable<Dictionary<string, ImapValue>> Fetched(IReadOnlyList<ImapResponse> untagged) => untagged.Select(ImapFetch.Of).OfType<Dictionary<string, ImapValue>>();

    /// <summary>"1:3,7": short enough for one command.</summary>
    private static string Set(IEnumerable<uint> uids)
    {
        var set = new StringBuilder();
        uint? from = null, last = null;
        foreach (var uid in uids.Order())
        {
            if (last is { } before && uid == before + 1)
            {
                last = uid;
                continue;
            }
            Close();
            from = last = uid;
        }
        Close();
        return set.ToString();

        void Close()
        {
            if (from is not null)
                set.Append(set.Length > 0 ? "," : "").Append(CultureInfo.InvariantCulture, $"{from}").Append(last == from ? "" : string.Create(CultureInfo.InvariantCulture, $":{last}"));
        }
    }

    /// <summary>A text in a command: quoted, or a literal when it cannot be.</summary>
    private static IReadOnlyList<object> Text(string text)
    {
        if (text.AsSpan().IndexOfAny("\r\n\0") >= 0)
            throw new ArgumentException("A line end cannot be part of this.", nameof(text));
        return Ascii.IsValid(text)
            ? ["\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\""]
            : [(ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(text)];
    }

    private static string Atom(string word) => word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '\\' or '$' or '_') ? word : throw new ArgumentException("This is no name.", nameof(word));

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
