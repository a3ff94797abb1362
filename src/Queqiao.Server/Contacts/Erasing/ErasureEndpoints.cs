using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Erasing;

/// <summary>Erasing people, and the ledger of it.</summary>
internal static class ErasureEndpoints
{
    private const int MostReason = 500;

    public static void MapErasures(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/v1/contacts/{id:guid}/erase", Erase).Needs(Permissions.EraseContacts).RequiresRecentProof().NeedsSecondPerson(SecondPersonActs.EraseContacts).TakesQuery().WithTags("Contacts")
            .WithSummary("Make everything about a person unreadable, for good").Produces<ErasureView>();
        app.MapGet("/api/v1/contacts/{id:guid}/erase", Look).Needs(Permissions.EraseContacts).TakesQuery().WithTags("Contacts")
            .WithSummary("What there is of a person, before erasing them").Produces<PreviewView>();
        app.MapGet("/api/v1/erasures/{id:guid}", Show).Needs(Permissions.EraseContacts).TakesQuery().WithTags("Contacts")
            .WithSummary("One erasure and how far it is").Produces<ErasureView>();
        app.MapGet("/api/v1/erasures", List).Needs(Permissions.EraseContacts).TakesQuery("limit", "cursor").WithTags("Contacts")
            .WithSummary("Who was erased, newest first").Produces<ErasureList>();
    }

    /// <param name="Reason">Why, for the ledger; kept sealed.</param>
    internal sealed record Request(string Reason);

    /// <param name="ContactIds">Everybody who was one person with them.</param>
    /// <param name="FinishedAt">When every store had done its part; null: at work.</param>
    /// <param name="Receipt">How many things in which store.</param>
    internal sealed record ErasureView(
        Guid Id, Guid ContactId, IReadOnlyList<Guid> ContactIds, Guid? By, string Reason, DateTimeOffset At, DateTimeOffset? FinishedAt, JsonElement Receipt);

    /// <param name="Contacts">Profiles that were merged into one person.</param>
    internal sealed record PreviewView(int Contacts, long Conversations, long Messages, long Notes, long Files);

    internal sealed record ErasureList(IReadOnlyList<ErasureView> Items, string? NextCursor);

    private static async Task<IResult> Erase(Guid id, Request request, Actor actor, ErasingContacts erasing, IVault vault, HttpContext context, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(request.Reason))
            return Refusal.Invalid("reason", "required").ToProblem();
        if (request.Reason.Length > MostReason)
            return Refusal.Invalid("reason", "too_long", MostReason).ToProblem();
        var (row, refusal) = await erasing.Erase(actor.Ws, id, AuditBy.Agent(actor, context), request.Reason.Trim(), ct);
        return row is null ? refusal!.ToProblem() : TypedResults.Ok(View(row, vault));
    }

    private static async Task<IResult> Look(Guid id, Actor actor, ErasingContacts erasing, CancellationToken ct)
    {
        if (await erasing.Look(actor.Ws, id, ct) is not { } there)
            return Refusal.NotFound().ToProblem();
        long Of(string store) => there.Counts.GetValueOrDefault(store);
        return TypedResults.Ok(new PreviewView(there.Contacts.Count, Of("conversations"), Of("messages"), Of("notes"), Of("files")));
    }

    private static async Task<IResult> Show(Guid id, Actor actor, IStorageEngine storage, IVault vault, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        return await db.Table<ErasureRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == actor.Ws && row.Id == id, ct) is { } row
            ? TypedResults.Ok(View(row, vault)) : Refusal.NotFound().ToProblem();
    }

    private static async Task<IResult> List(Actor actor, IStorageEngine storage, IVault vault, CancellationToken ct, int? limit = null, string? cursor = null)
    {
        var most = limit ?? 50;
        if (most is < 1 or > 100)
            return Refusal.Invalid("limit", "out_of_range", 1, 100).ToProblem();
        Guid? after = cursor is null ? null : Guid.TryParseExact(cursor, "N", out var id) ? id : Guid.Empty;
        if (after == Guid.Empty)
            return Refusal.Invalid("cursor", "invalid_id").ToProblem();
        await using var db = storage.Read(actor.Ws);
        var rows = await db.Table<ErasureRow>().AsNoTracking()
            .Where(row => row.Ws == actor.Ws && (after == null || row.Id.CompareTo(after.Value) < 0))
            .OrderByDescending(row => row.Id).Take(most + 1).ToListAsync(ct);
        var page = rows.Take(most).ToList();
        return TypedResults.Ok(new ErasureList([.. page.Select(row => View(row, vault))], rows.Count > most ? page[^1].Id.ToString("N", CultureInfo.InvariantCulture) : null));
    }

    private static ErasureView View(ErasureRow row, IVault vault) => new(
        row.Id, row.ContactId, ErasureReplay.IdsOf(row), row.ById,
        Encoding.UTF8.GetString(vault.Open(row.Ws, ErasingContacts.ReasonPurpose, row.Reason, row.Id)),
        DateTimeOffset.FromUnixTimeMilliseconds(row.At), row.FinishedAt is { } finished ? DateTimeOffset.FromUnixTimeMilliseconds(finished) : null,
        JsonDocument.Parse(row.Receipt).RootElement);
}
