using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Channels;
using Queqiao.Server.Channels.Configuring;
using Queqiao.Server.Channels.Receiving;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels;

/// <summary>
/// Deliveries as they came, out of a store and into one: a line of JSON each, with method, address, headers and body. What is replayed is
/// verified and read as if it had just come, at the time at which it came; what is stored already is not stored twice.
/// </summary>
internal sealed class HookRecordings(IStorageEngine storage, TimeProvider clock)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    private readonly HookKeys _keys = new(storage);
    private readonly Ids _ids = new(clock);

    /// <param name="Body">As text; null: <paramref name="Base64"/>, because it is none.</param>
    /// <param name="Keys">The provider's keys at the time.</param>
    internal sealed record Recorded(Guid Channel, string Kind, DateTimeOffset At, string Method, string Url, IReadOnlyDictionary<string, string> Headers, string? Body, string? Base64 = null, string? Keys = null);

    /// <summary>What became of a line.</summary>
    /// <param name="Refused">Why the channel does not take it; null: it does.</param>
    /// <param name="Events">What was read from it, by the platform's names.</param>
    internal sealed record Line(int Number, string? Refused, IReadOnlyList<string> Events);

    /// <summary>Writes the deliveries of a channel that are kept still, oldest first. How many; null: there is no such channel.</summary>
    public async Task<int?> Record(Guid channel, bool onlyParked, TextWriter to, CancellationToken ct)
    {
        if (await Directory.Find(channel, ct) is not { } view)
            return null;
        await using var db = storage.Read(view.Ws);
        var rows = db.Visible(Scope<HookDelivery>.Workspace(view.Ws)).Where(row => row.ChannelId == channel && (!onlyParked || row.State == HookStates.Parked)).OrderBy(row => row.ReceivedAt).ThenBy(row => row.Id);
        var count = 0;
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            if (await _keys.Open(row.Ws, row.Day, row.Id, row.Body, ct) is not { } clear)
                continue; // its day is forgotten
            var came = StoredHook.Read(clear);
            var text = Text(came.Body.Span);
            await to.WriteLineAsync(JsonSerializer.Serialize(new Recorded(channel, view.Kind, DateTimeOffset.FromUnixTimeMilliseconds(row.ReceivedAt), came.Method, came.Url.ToString(), StoredHook.Headers(clear), text,
                text is null ? Convert.ToBase64String(came.Body.Span) : null, came.ProviderKeys), Json));
            count++;
        }
        return count;
    }

    /// <summary>Puts recorded deliveries into the store, where a server finds them.</summary>
    /// <param name="into">Another channel than the one that they came by; null: that one.</param>
    /// <param name="dry">Only says what would be read.</param>
    public async IAsyncEnumerable<Line> Replay(TextReader from, Guid? into, bool dry, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var store = new HookStore(storage);
        for (var number = 1; await from.ReadLineAsync(ct) is { } line; number++)
        {
            if (string.IsNullOrWhiteSpace(line))
                continue;
            if (Read(line) is not { } one)
                yield return new Line(number, "malformed", []);
            else if (await Directory.Find(into ?? one.Channel, ct) is not { Account: { } account } view || ChannelCatalogue.Find(view.Kind) is not { } adapter)
                yield return new Line(number, "no_channel", []);
            else
                yield return await Take(number, one, view, account.Settings, adapter, dry ? null : store, ct);
        }
    }

    private async Task<Line> Take(int number, Recorded one, ChannelView view, ChannelSettings settings, IChannelAdapter adapter, HookStore? store, CancellationToken ct)
    {
        byte[] body = one.Body is { } text ? Encoding.UTF8.GetBytes(text) : Convert.FromBase64String(one.Base64 ?? "");
        var received = Receiving.Connections.FrameReading.Read(adapter, new WebhookDelivery(one.Method, new Uri(one.Url), one.Headers, body) { ProviderKeys = one.Keys }, settings, one.At);
        if (received.Refusal is { } refusal)
            return new Line(number, ChannelHealth.NameOf(refusal), []);
        if (store is not null && received.Events.Count > 0)
        {
            var (id, now) = (_ids.New(), _ids.Now());
            var key = await _keys.Of(view.Ws, HookKeys.DayOf(now), ct); // kept as long as one that comes now
            await store.Store(new NewHook(view.Ws, id, view.Id, HookKeys.DayOf(now), one.At.ToUnixTimeMilliseconds(), HookKeys.Seal(key, view.Ws, id, StoredHook.Write(one.Method, new Uri(one.Url), one.Headers, one.Keys, body)), now,
                new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
        }
        return new Line(number, null, [.. received.Events.Select(told => told.Type)]);
    }

    private ChannelDirectory Directory => field ??= new ChannelDirectory(storage, clock);

    private static Recorded? Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<Recorded>(line, Json) is { Url: { } url, Method: not null, Headers: not null } read && Uri.TryCreate(url, UriKind.Absolute, out _) ? read : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Null: what comes back would not be the same bytes.</summary>
    private static string? Text(ReadOnlySpan<byte> body)
    {
        var text = Encoding.UTF8.GetString(body);
        return Encoding.UTF8.GetBytes(text).AsSpan().SequenceEqual(body) ? text : null;
    }
}
