using Microsoft.EntityFrameworkCore;
using Queqiao.Mail.Smtp;
using Queqiao.Server.Channels.Email.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Channels.Email.Letters;

/// <summary><c>/api/v1/server-mail</c>: how the server itself writes to colleagues.</summary>
internal static class LetterEndpoints
{
    public static void MapLetters(this IEndpointRouteBuilder app)
    {
        var mail = app.MapGroup("/api/v1/server-mail").WithTags("Workspace");
        mail.MapGet("", Show).Needs(Permissions.ManageWorkspace).TakesQuery().WithSummary("How the server itself writes to colleagues").Produces<View>();
        mail.MapPut("", Change).Needs(Permissions.ManageWorkspace).NeedsPerson().TakesQuery().WithSummary("Set it up, or turn it off").Produces<View>();
        mail.MapPost("/test", Test).Needs(Permissions.ManageWorkspace).NeedsPerson().TakesQuery().WithSummary("Send a mail to oneself by what is set up").Produces<Tested>();
    }

    /// <param name="HasPassword">One is kept; it is never shown.</param>
    /// <param name="Kinds">What is sent: access, approvals, devices, knowledge.</param>
    /// <param name="Trouble">A code; null: all is well.</param>
    /// <param name="Reason">The same in words.</param>
    public sealed record View(
        bool IsOn, Guid? ChannelId, string? Host, int Port, string Security, string? User, bool HasPassword, string? From, string? FromName, IReadOnlyList<string> Kinds, string? SentAt, string? Trouble, string? Reason, string? TroubleAt);

    /// <param name="ChannelId">A mailbox that is a channel already; null: by the server that is named here.</param>
    /// <param name="Password">Null: as it was. Empty: none.</param>
    public sealed record Request(
        bool IsOn, Guid? ChannelId = null, string? Host = null, int Port = 465, string Security = "tls", string? User = null, string? Password = null, string? From = null, string? FromName = null, IReadOnlyList<string>? Kinds = null);

    /// <param name="To">Where it went; null: it did not.</param>
    public sealed record Tested(string? To, string? Code, string? Reason, string? Detail);

    private static async Task<IResult> Show(Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        return TypedResults.Ok(Of(await db.Table<ServerMailRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == actor.Ws, ct), context));
    }

    private static async Task<IResult> Change(Request request, Actor actor, LetterBox letters, IChannels channels, PublicUrl url, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (await Fault(request, actor, channels, ct) is { } refusal)
            return refusal.ToProblem();
        var address = url.For(context.Request);
        var settings = new LetterSettings(request.IsOn, request.ChannelId, Text(request.Host), request.Port, request.Security, Text(request.User), Text(request.From), Text(request.FromName),
            [.. LetterGroups.All.Where((request.Kinds ?? LetterGroups.All).Contains)], address == PublicUrl.Unknown ? null : address);
        var row = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var known = await unit.Db.Table<ServerMailRow>().SingleOrDefaultAsync(one => one.Ws == actor.Ws, stop)
                ?? unit.Db.Table<ServerMailRow>().Add(new ServerMailRow { Ws = actor.Ws, Settings = "{}", ChangedAt = 0 }).Entity;
            (known.Settings, known.ChangedAt, known.Trouble, known.TroubleAt) = (settings.Json(), unit.Ids.Now(), null, null);
            if (request.Password is { } password)
                known.Secret = password.Length == 0 ? null : letters.SealPassword(actor.Ws, password);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "server_mail.changed", "workspace", actor.WorkspaceId.ToString(), new { settings.IsOn, channel = settings.ChannelId, settings.Host, settings.Kinds }, stop);
            return known;
        }, ct);
        return TypedResults.Ok(Of(row, context));
    }

    /// <summary>Now and not by a job: whoever sets it up waits for the answer.</summary>
    private static async Task<IResult> Test(Actor actor, LetterBox letters, IBranding brands, IAgents agents, IStorageEngine storage, Ids ids, HttpContext context, CancellationToken ct)
    {
        var locale = Locale.Of(context);
        var (settings, server) = await letters.Settings(actor.Ws, ct);
        if (server is null)
            return TypedResults.Ok(new Tested(null, "mail_no_server", Messages.Text(locale, "mail_no_server"), null));
        var to = await agents.AddressOf(actor.Ws, actor.AgentId, ct);
        if (to is null || !SmtpAddress.IsOne(to))
            return Refusal.Conflict("invalid_email").ToProblem();
        var failure = await letters.Send(server, LetterText.Test(to, actor.Name, locale, settings.FromName ?? server.From.Name ?? "Queqiao", (await brands.Of(actor.Ws, ct)).MailFooter), ids.New(), ct);
        await storage.Run(actor.Ws, (unit, stop) => LetterBox.Note(unit, failure, stop), ct);
        return TypedResults.Ok(failure is null ? new Tested(to, null, null, null) : new Tested(null, failure.Code, failure.Reason.In(locale.Tag), failure.Detail));
    }

    private static async Task<Refusal?> Fault(Request request, Actor actor, IChannels channels, CancellationToken ct)
    {
        var faults = new List<(string, FieldFault)>();
        if (request.Kinds?.FirstOrDefault(kind => !LetterGroups.All.Contains(kind)) is not null)
            faults.Add(("kinds", new("not_one_of", string.Join(", ", LetterGroups.All))));
        if (!LetterSettings.Securities.Contains(request.Security))
            faults.Add(("security", new("not_one_of", string.Join(", ", LetterSettings.Securities))));
        if (request.Port is < 1 or > 65535)
            faults.Add(("port", new("invalid_number")));
        if (request.Host is { Length: > 0 } host && Uri.CheckHostName(host.Trim()) == UriHostNameType.Unknown)
            faults.Add(("host", new("invalid_format")));
        if (request.From is { Length: > 0 } from && !SmtpAddress.IsOne(from.Trim()))
            faults.Add(("from", new("invalid_email")));
        if (request.FromName is { } name && (name.Length > 100 || OneLine.HidesSomething(name)))
            faults.Add(("fromName", new("too_long", 100)));
        if (request.ChannelId is { } channel && (await channels.Find(channel, ct) is not { Kind: EmailKind.Name } known || known.Ws != actor.Ws))
            faults.Add(("channelId", new("invalid_id")));
        if (request is { IsOn: true, ChannelId: null })
        {
            if (string.IsNullOrWhiteSpace(request.Host))
                faults.Add(("host", new("required")));
            if (string.IsNullOrWhiteSpace(request.From))
                faults.Add(("from", new("required")));
        }
        return Refusal.Of(faults);
    }

    private static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static View Of(ServerMailRow? row, HttpContext context)
    {
        var settings = row is null ? new LetterSettings(IsOn: false) : LetterSettings.Of(row.Settings);
        return new View(
            settings.IsOn, settings.ChannelId, settings.Host, settings.Port, settings.Security, settings.User, row?.Secret is not null, settings.From, settings.FromName, settings.Kinds ?? LetterGroups.All,
            Time(row?.SentAt), row?.Trouble, row?.Trouble is { } trouble ? MailTroubles.InWords(trouble).In(Locale.Of(context).Tag) : null, Time(row?.TroubleAt));
    }

    private static string? Time(long? at) => at is { } known ? WireTime.Format(known) : null;
}
