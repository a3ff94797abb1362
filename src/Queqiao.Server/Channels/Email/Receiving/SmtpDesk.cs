using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Queqiao.Mail.Smtp;
using Queqiao.Server.Channels.Configuring;
using Queqiao.Server.Channels.Receiving;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Email.Receiving;

/// <summary>
/// What becomes of mails that others bring: only for addresses of channels, never passed on, and taken only once they are on disk.
/// From there they go the way of mails that were fetched.
/// </summary>
internal sealed class SmtpDesk(MailArrivals arrivals, SenderVerdicts verdicts, IChannels channels, ChannelHealth health, IStorageEngine storage, TimeProvider clock, SmtpOptions options, Ids ids, ILogger<SmtpDesk> log, CacheNews? news = null) : ISmtpDesk
{
    private const string Verdict = "Authentication-Results";
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    private readonly FreshCache<string, Addresses> _known = new(clock, Fresh, news, "smtp");

    /// <summary>Of every address and domain the channel that takes its mail; the older one where two claim it.</summary>
    private sealed record Addresses(IReadOnlyDictionary<string, Guid> Of);

    public async Task<SmtpAnswer> Ask(string recipient, SmtpArrival arrival, CancellationToken ct)
    {
        try
        {
            return await Find(recipient, ct) is null ? SmtpAnswer.Unknown : SmtpAnswer.Yes;
        }
        catch (Exception trouble) when (trouble is not OperationCanceledException)
        {
            log.Fault(LogLevel.Warning, trouble, "A recipient could not be looked up");
            return SmtpAnswer.Later;
        }
    }

    public async Task<SmtpAnswer> Take(SmtpArrival arrival, byte[] mail, CancellationToken ct)
    {
        try
        {
            var whose = new List<ChannelView>();
            foreach (var to in arrival.To)
            {
                if (await Find(to, ct) is { } channel && whose.TrueForAll(other => other.Id != channel.Id))
                    whose.Add(channel);
            }
            if (whose.Count == 0)
                return SmtpAnswer.Unknown;
            // A server of ours has looked before, when the sender was still there; for others we look ourselves.
            var believes = Believes(arrival.Client);
            var kept = believes ? mail : WithoutVerdicts(mail);
            var verdict = believes ? null : await verdicts.Of(arrival, mail, ct);
            foreach (var channel in whose)
                await Keep(channel, verdict is null ? kept : verdicts.Put(channel.Ws, kept, verdict), ct);
            return SmtpAnswer.Yes;
        }
        catch (StorageUnavailableException)
        {
            return SmtpAnswer.Later;
        }
        catch (Exception trouble) when (trouble is not OperationCanceledException)
        {
            log.Fault(LogLevel.Warning, trouble, "A mail could not be kept");
            return SmtpAnswer.Later;
        }
    }

    private async Task Keep(ChannelView channel, byte[] mail, CancellationToken ct)
    {
        var id = await storage.Run(channel.Ws, async (unit, stop) =>
        {
            var put = arrivals.Put(unit, channel.Id, mail);
            await unit.Db.SaveChangesAsync(stop);
            return put;
        }, ct);
        health.CameIn(channel, ids.Now());
        _ = Task.Run(() => arrivals.Digest(channel.Ws, id, CancellationToken.None), CancellationToken.None); // the other side need not wait for it
    }

    private async Task<ChannelView?> Find(string recipient, CancellationToken ct)
    {
        var known = (await _known.Get("all", Load, ct))!.Of;
        var address = recipient.ToLowerInvariant();
        var at = address.LastIndexOf('@');
        var plus = address.IndexOf('+', StringComparison.Ordinal);
        var bare = plus > 0 && plus < at ? address[..plus] + address[at..] : address;
        return (known.TryGetValue(bare, out var id) || known.TryGetValue(address[at..], out id)) && await channels.Find(id, ct) is { Enabled: true, Account: not null } channel ? channel : null;
    }

    private async Task<Addresses?> Load(string key, CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        var rows = await db.Table<Channel>().AsNoTracking().Where(channel => channel.Kind == EmailKind.Name && channel.Enabled && channel.DeletedAt == null)
            .OrderBy(channel => channel.CreatedAt).ThenBy(channel => channel.Id).Select(channel => new { channel.Id, channel.Settings }).ToListAsync(ct);
        var all = new Dictionary<string, Guid>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            foreach (var address in EmailSettings.AddressesIn(AdapterSettings.Parse(row.Settings).GetValueOrDefault(EmailSettings.ReceiveFor) ?? ""))
                all.TryAdd(address, row.Id);
        }
        return new Addresses(all);
    }

    private bool Believes(IPAddress? client) => client is not null && options.Trusted.Any(network => network.Contains(client));

    /// <summary>Whoever brings a mail can write anything into it: a verdict about its sender counts only from a server of our own.</summary>
    internal static byte[] WithoutVerdicts(byte[] mail)
    {
        var kept = new MemoryStream(mail.Length);
        var (at, drops) = (0, false);
        while (at < mail.Length)
        {
            var end = Array.IndexOf(mail, (byte)'\n', at);
            var line = mail.AsSpan(at, (end < 0 ? mail.Length : end + 1) - at);
            if (line.Length <= 2 && line.TrimEnd("\r\n"u8).IsEmpty)
                break; // the body begins
            if (line[0] is not ((byte)' ' or (byte)'\t'))
                drops = IsVerdict(line);
            if (!drops)
                kept.Write(line);
            at += line.Length;
        }
        kept.Write(mail.AsSpan(at));
        return kept.ToArray();
    }

    private static bool IsVerdict(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        return colon > 0 && Encoding.Latin1.GetString(line[..colon]).Trim().EndsWith(Verdict, StringComparison.OrdinalIgnoreCase); // ARC's too
    }
}
