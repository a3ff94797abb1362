using Microsoft.AspNetCore.Http.Features;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Channels;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Channels.Receiving;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Web;
using Refusal = Queqiao.Server.Platform.Problems.Refusal;

namespace Queqiao.Server.Channels.Configuring;

/// <summary>
/// An administrator consents at a platform and comes back with a code (OAuth 2 with PKCE). What belongs to the dance is sealed in
/// <c>state</c>: channel, who began it in which session, verifier, time. So nobody else can finish it, and nothing is kept for who never
/// comes back. They come back to a page of the console: the session's cookie is not sent from another site, but from there.
/// </summary>
internal static class Authorising
{
    public const string Page = "/console/settings/channels/authorised";
    private const string Purpose = "channel authorisation";
    private static readonly long Valid = (long)TimeSpan.FromMinutes(15).TotalMilliseconds;

    internal sealed record Dance(Guid Channel, Guid Agent, string Session, string Verifier, string RedirectUri, long Until);

    /// <param name="Url">Where the administrator consents.</param>
    /// <param name="RedirectUri">What has to be entered at the platform as address to come back to.</param>
    public sealed record Begun(string Url, string RedirectUri);

    /// <param name="State">As it came back.</param>
    /// <param name="Error">What the platform says instead of a code.</param>
    public sealed record Return(string? State, string? Code = null, string? Error = null, string? ErrorDescription = null);

    /// <param name="Account">What the platform calls the account.</param>
    /// <param name="Left">Of one that worked: what is left to do at the platform.</param>
    public sealed record Answer(Guid ChannelId, bool Ok, string? Account = null, string? Code = null, string? Reason = null, string? Detail = null, string? Left = null);

    /// <summary><c>POST /api/v1/channels/{id}/authorise</c></summary>
    public static async Task<IResult> Begin(Guid id, Actor actor, IChannels channels, KindRegistry kinds, IStorageEngine storage, Ids ids, PublicUrl url, HttpContext context, CancellationToken ct)
    {
        if (await channels.Find(id, ct) is not { Account: { } account } channel || channel.Ws != actor.Ws || kinds.Find(channel.Kind)?.Adapter is not IAuthorisedChannel asks)
            return Refusal.NotFound().ToProblem();
        if (asks.AuthorisesWith.FirstOrDefault(field => !account.Settings.Has(field)) is { } missing)
            return Refusal.Invalid("settings." + missing, "required").ToProblem();
        var redirect = url.For(context.Request) + Page;
        var dance = new Dance(id, actor.AgentId, SessionOf(context), Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(48)), redirect, ids.Now() + Valid);
        var state = Base64Url.EncodeToString(storage.Vault.Seal(actor.Ws, Purpose, JsonSerializer.SerializeToUtf8Bytes(dance, StrictJson.Options)));
        return TypedResults.Ok(new Begun(asks.AuthoriseAt(new AuthorisationRequest(state, redirect, dance.Verifier), account.Settings).ToString(), redirect));
    }

    /// <summary><c>POST /api/v1/channels/authorised</c></summary>
    public static async Task<IResult> Finish(Return back, Actor actor, IChannels channels, ChannelDirectory directory, KindRegistry kinds, AdapterServices services, IStorageEngine storage, Ids ids, HttpContext context, CancellationToken ct)
    {
        if (Open(back.State, actor, storage, context) is not { } dance || dance.Until < ids.Now())
            return Refusal.Conflict("authorisation_over").ToProblem();
        if (await channels.Find(dance.Channel, ct) is not { Account: { } account } channel || channel.Ws != actor.Ws || kinds.Find(channel.Kind)?.Adapter is not IAuthorisedChannel asks)
            return Refusal.NotFound().ToProblem();
        var locale = Locale.Of(context);
        if (back.Code is not { Length: > 0 and < 4096 } code)
            return TypedResults.Ok(new Answer(channel.Id, false, Code: back.Error is "access_denied" ? back.Error : "no_code", Reason: Messages.Text(locale, back.Error is "access_denied" ? "authorisation_declined" : "authorisation_failed"), Detail: Shown(back.ErrorDescription ?? back.Error)));
        switch (await asks.Authorise(code, new AuthorisationRequest(back.State!, dance.RedirectUri, dance.Verifier), services.For(account), ct))
        {
            case AuthorisationOutcome.Granted granted:
                await Keep(channel, granted, kinds.Find(channel.Kind)!, actor, directory, storage, context, ct);
                return TypedResults.Ok(new Answer(channel.Id, true, granted.Account, Left: granted.Left?.In(locale.Tag)));
            case AuthorisationOutcome.Denied { Failure: var failure }:
                return TypedResults.Ok(new Answer(channel.Id, false, Code: failure.Code, Reason: failure.Reason.In(locale.Tag), Detail: failure.Detail));
            default:
                throw new InvalidOperationException("An outcome is granted or denied.");
        }
    }

    /// <summary>Other settings stay; tokens that were had with the old ones are of no use any more, as their name changes with the secrets.</summary>
    private static Task<int> Keep(ChannelView channel, AuthorisationOutcome.Granted granted, IChannelKind kind, Actor actor, ChannelDirectory directory, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        storage.Run(actor.Ws, async (unit, stop) =>
        {
            var row = await unit.Db.Table<Channel>().AsTracking().SingleAsync(one => one.Ws == actor.Ws && one.Id == channel.Id, stop);
            var (before, until) = (AdapterSettings.Of(unit.Vault, row), granted.Until?.ToUnixTimeMilliseconds());
            var secrets = kind.Descriptor.Settings.Where(field => field.IsSecret).Select(field => field.Key).ToHashSet(StringComparer.Ordinal);
            Dictionary<string, string> With(IReadOnlyDictionary<string, string> old, bool secret) =>
                old.Where(one => !granted.Settings.ContainsKey(one.Key)).Concat(granted.Settings.Where(one => secrets.Contains(one.Key) == secret)).ToDictionary(one => one.Key, one => one.Value, StringComparer.Ordinal);
            row.Settings = AdapterSettings.Text(With(before.Open, secret: false));
            row.Secrets = AdapterSettings.Seal(unit.Vault, row.Ws, row.Id, With(before.Secret, secret: true));
            await unit.Db.Table<ChannelState>().Where(state => state.Ws == row.Ws && state.ChannelId == row.Id).ExecuteUpdateAsync(set => set.SetProperty(state => state.LastErrorAt, (long?)null).SetProperty(state => state.Error, (string?)null)
                .SetProperty(state => state.ConsentUntil, until), stop);
            await unit.Db.Table<ChannelToken>().Where(token => token.Ws == row.Ws && token.ChannelId == row.Id).ExecuteDeleteAsync(stop);
            unit.AfterCommit(() => directory.Changed(row.Id));
            await Audit.Record(unit, AuditBy.Agent(actor, context), "channel.authorised", "channel", row.Id.ToString(), new { fields = granted.Settings.Keys.Order(StringComparer.Ordinal) }, stop);
            return await unit.Db.SaveChangesAsync(stop);
        }, ct);

    /// <summary>Null: it is not ours, or somebody else began it, or in another session.</summary>
    private static Dance? Open(string? state, Actor actor, IStorageEngine storage, HttpContext context)
    {
        if (state is not { Length: > 0 and < 4096 } || Platform.Security.Base64UrlText.Decode(state) is not { } box)
            return null;
        try
        {
            var dance = JsonSerializer.Deserialize<Dance>(storage.Vault.Open(actor.Ws, Purpose, box), TolerantJson.Options)!;
            return dance.Agent == actor.AgentId && CryptographicOperations.FixedTimeEquals(Convert.FromHexString(dance.Session), Convert.FromHexString(SessionOf(context))) ? dance : null;
        }
        catch (Exception fault) when (fault is DamagedException or JsonException or FormatException)
        {
            return null;
        }
    }

    private static string SessionOf(HttpContext context) => Convert.ToHexString(context.Features.GetRequiredFeature<SignedInBy>().TokenHash);

    /// <summary>What came in an address is shown short and without signs that could play tricks.</summary>
    private static string? Shown(string? text) => text is null ? null : string.Concat(text.Where(letter => !char.IsControl(letter)).Take(200));
}
