using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Channels.Delivering;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Channels.Receiving;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Configuring;

/// <summary><c>GET /api/v1/channels/{id}/health</c>: how a channel is, and what to do.</summary>
internal static class ShowHealth
{
    private const long Hour = 3_600_000;

    /// <summary>What ends after the year 5000 ends nobody knows when.</summary>
    private const long Never = 95_617_584_000_000;

    /// <summary>How long a failure to connect stands for "not connected": tries come at least once a minute.</summary>
    private const long Lately = 120_000;

    /// <param name="State">ok, waiting (nothing has come yet), warning, failing, off.</param>
    /// <param name="Todo">What an administrator should do: a code and a sentence each.</param>
    public sealed record Answer(string State, IReadOnlyList<Step> Todo)
    {
        public DateTimeOffset? LastInAt { get; init; }
        public DateTimeOffset? LastOutAt { get; init; }

        /// <summary>Of a channel that this server connects: whether it is connected. Null: the platform calls us.</summary>
        public bool? Connected { get; init; }

        public DateTimeOffset? TokenExpiresAt { get; init; }

        /// <summary>When the account has to have consented again, or its consent been renewed; null: never, or nobody says.</summary>
        public DateTimeOffset? ConsentUntil { get; init; }

        /// <summary>Until when nothing is sent because the provider does not answer.</summary>
        public DateTimeOffset? PausedUntil { get; init; }

        /// <summary>Of the last hour.</summary>
        public int Sent { get; init; }

        public int Failed { get; init; }
        public int Pending { get; init; }

        /// <summary>Deliveries that could not be digested.</summary>
        public int Parked { get; init; }

        public Refused? LastRefused { get; init; }
        public Trouble? LastError { get; init; }
    }

    public sealed record Step(string Code, string Text);

    /// <param name="Why">unsigned, bad_signature, stale, too_large, malformed, not_configured, wrong_account, keys_needed.</param>
    public sealed record Refused(DateTimeOffset At, string Why, long Count);

    public sealed record Trouble(DateTimeOffset At, string Class, string Code, string Reason);

    public static async Task<IResult> Handle(Guid id, Actor actor, IStorageEngine storage, KindRegistry kinds, ChannelTurns turns, ChannelHealth health, Ids ids, HttpContext context, CancellationToken ct)
    {
        await health.Write(ct);
        await using var db = storage.Read(actor.Ws);
        if (await db.Table<Channel>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == actor.Ws && row.Id == id && row.DeletedAt == null, ct) is not { } channel)
            return Refusal.NotFound().ToProblem();
        var (now, locale) = (ids.Now(), Locale.Of(context));
        var state = await db.Table<ChannelState>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == actor.Ws && row.ChannelId == id, ct);
        var counts = await db.Visible(Scope<Delivery>.Workspace(actor.Ws)).Where(row => row.ChannelId == id && (row.CreatedAt > now - Hour || row.State == DeliveryStates.Pending))
            .GroupBy(row => row.State).Select(one => new { one.Key, Count = one.Count() }).ToListAsync(ct);
        var parked = await db.Visible(Scope<HookDelivery>.Workspace(actor.Ws)).CountAsync(row => row.ChannelId == id && row.State == HookStates.Parked, ct);
        var expires = await db.Table<ChannelToken>().AsNoTracking().Where(row => row.Ws == actor.Ws && row.ChannelId == id && row.Sealed != null && row.ExpiresAt < Never).Select(row => (long?)row.ExpiresAt).MaxAsync(ct);
        int Of(string name) => counts.Where(one => one.Key == name).Sum(one => one.Count);
        var error = state?.Error is { } text ? JsonSerializer.Deserialize<ChannelHealth.ErrorNote>(text, TolerantJson.Options) : null;
        var isConnected = channel.Kind != ChannelKinds.Web && Receiving.Connections.ChannelConnections.Connects(kinds.Find(channel.Kind)?.Adapter, AdapterSettings.Of(storage.Vault, channel).Whole()) ? state?.HeldUntil > now && !(state.LastErrorAt > Math.Max(now - Lately, state.LastInAt ?? 0)) : (bool?)null;
        var facts = new HealthFacts(channel.Enabled, channel.Kind == ChannelKinds.Web, kinds.Find(channel.Kind)?.Adapter is { } adapter && Hooks.Has(adapter), state?.LastInAt, state?.LastOutAt, state?.LastRefusedAt,
            state?.Refusal, state?.LastErrorAt, error?.Class, Of(DeliveryStates.Failed), Of(DeliveryStates.Sent) + Of(DeliveryStates.Delivered) + Of(DeliveryStates.Read), parked, turns.OpenUntil(id) is not null)
        {
            IsConnected = isConnected, ConsentUntil = state?.ConsentUntil, NeedsConsent = channel.Kind != ChannelKinds.Web && NeedsConsent(kinds.Find(channel.Kind), AdapterSettings.Of(storage.Vault, channel)),
        };
        var todo = HealthRules.Todo(facts, now);
        return TypedResults.Ok(new Answer(HealthRules.StateOf(facts, todo), [.. todo.Select(code => new Step(code, Messages.Text(locale, "channel_todo_" + code)))])
        {
            Connected = isConnected, LastInAt = At(state?.LastInAt), LastOutAt = At(state?.LastOutAt), TokenExpiresAt = At(expires), ConsentUntil = At(state?.ConsentUntil), PausedUntil = turns.OpenUntil(id),
            Sent = facts.Sent, Failed = facts.Failed, Pending = Of(DeliveryStates.Pending), Parked = parked,
            LastRefused = state is { LastRefusedAt: { } refused, Refusal: { } why } ? new Refused(At(refused)!.Value, why, state.RefusedCount) : null,
            LastError = state is { LastErrorAt: { } failed } && error is not null ? new Trouble(At(failed)!.Value, error.Class, error.Code, locale == Locale.En ? error.En : error.Zh) : null,
        });
    }

    private static bool NeedsConsent(IChannelKind? kind, SplitSettings settings) =>
        kind?.Adapter is Queqiao.Channels.IAuthorisedChannel && kind.Descriptor.Settings.Any(field => field is { Granted: true, Required: true } && !settings.Open.ContainsKey(field.Key) && !settings.Secret.ContainsKey(field.Key));

    private static DateTimeOffset? At(long? instant) => instant is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;
}

/// <summary>What is known of a channel when it is judged.</summary>
internal sealed record HealthFacts(
    bool Enabled, bool IsWeb, bool HasWebhook, long? LastInAt, long? LastOutAt, long? LastRefusedAt, string? Refusal, long? LastErrorAt, string? ErrorClass, int Failed, int Sent, int Parked, bool IsPaused)
{
    /// <summary>Null: the platform calls us.</summary>
    public bool? IsConnected { get; init; }

    /// <summary>The account has not consented yet.</summary>
    public bool NeedsConsent { get; init; }

    /// <summary>When the consent ends; null: never, or nobody says.</summary>
    public long? ConsentUntil { get; init; }
}

/// <summary>What an administrator should do. Pure.</summary>
internal static class HealthRules
{
    private const long Recent = 3_600_000;

    /// <summary>What is renewed by itself has more time left than this.</summary>
    private const long Soon = 14 * 24 * Recent;

    public static IReadOnlyList<string> Todo(HealthFacts facts, long now)
    {
        var todo = new List<string>();
        if (!facts.Enabled)
            return ["switch_on"];
        if (facts.IsWeb)
            return [];
        if (facts.NeedsConsent)
            return ["authorise"];
        // An error counts until something went out after it, a refusal until something came in after it.
        // Who is connected by us is well again when something comes in.
        var wellAt = Math.Max(facts.LastOutAt ?? 0, facts.IsConnected is null ? 0 : facts.LastInAt ?? 0);
        if ((facts.LastErrorAt > wellAt && facts.ErrorClass is "reauthorise") || facts.ConsentUntil <= now)
            todo.Add("authorise_again");
        else if (facts.LastErrorAt > wellAt && facts.ErrorClass is "config")
            todo.Add("check_settings");
        else if (facts.IsPaused || (facts.LastErrorAt > wellAt && facts.LastErrorAt > now - Recent && facts.ErrorClass is "retry"))
            todo.Add("provider_away");
        if (facts.ConsentUntil > now && facts.ConsentUntil <= now + Soon)
            todo.Add("authorise_soon");
        if (facts.LastRefusedAt > (facts.LastInAt ?? 0) && facts.LastRefusedAt > now - (24 * Recent))
        {
            todo.Add(facts.Refusal switch
            {
                "unsigned" or "bad_signature" or "keys_needed" => "check_signing_secret",
                "stale" => "check_clock",
                "not_configured" => "enter_signing_secret",
                "wrong_account" => "check_account",
                _ => "check_sender",
            });
        }
        if (facts.IsConnected == false)
            todo.Add("no_connection");
        if (facts is { HasWebhook: true, IsConnected: null, LastInAt: null, LastRefusedAt: null })
            todo.Add("enter_webhook");
        if (facts.Parked > 0)
            todo.Add("look_at_parked");
        if (facts.Failed > 4 && facts.Failed > facts.Sent / 4 && todo.Count == 0)
            todo.Add("look_at_failed");
        return todo;
    }

    public static string StateOf(HealthFacts facts, IReadOnlyList<string> todo) =>
        !facts.Enabled ? "off"
        : todo.Any(code => code is "authorise_again" or "check_settings" or "provider_away" or "enter_signing_secret" or "no_connection") ? "failing"
        : todo.Contains("enter_webhook") ? "waiting"
        : todo.Count > 0 ? "warning" : "ok";
}
