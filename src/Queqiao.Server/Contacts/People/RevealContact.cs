using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.People;

/// <summary><c>POST /api/v1/contacts/{id}/reveal</c>: what is masked, in clear, to whoever says why. The reason stays in the audit.</summary>
internal static class RevealContact
{
    public static readonly TimeSpan Lasts = TimeSpan.FromMinutes(5);
    public const int MostReason = 300;

    /// <param name="Fields">Of <c>name</c>, <c>phone</c>, <c>email</c>, <c>identities</c>, <c>fields</c>.</param>
    /// <param name="Reason">Why; it names no personal data.</param>
    internal sealed record Request(IReadOnlyList<string> Fields, string Reason);

    /// <param name="Until">When a screen hides it again.</param>
    internal sealed record Revealed(ContactView Contact, DateTimeOffset Until);

    public static void Map(RouteGroupBuilder contacts) =>
        contacts.MapPost("/{id:guid}/reveal", Handle).Needs(Permissions.ReadContacts).NeedsPerson().TakesQuery()
            .WithSummary("Masked data in clear, for a reason that is written down").Produces<Revealed>();

    private static async Task<IResult> Handle(Guid id, Request request, Actor actor, ContactReader reader, IStorageEngine storage, TimeProvider clock, HttpContext context, CancellationToken ct)
    {
        if (Check(request.Reason) is { } blank)
            return blank.ToProblem();
        if (request.Fields.Count == 0 || request.Fields.Any(field => field == "messages" || !FieldPolicy.Names.Contains(field)))
            return Refusal.Invalid("fields", "not_one_of", "name, phone, email, identities, fields").ToProblem();
        if (request.Fields.Any(field => actor.Rights.Fields.Of(field) < FieldLevel.Reveal))
            return Refusal.Forbidden("reveal_not_allowed").ToProblem();
        var shown = request.Fields.Aggregate(actor.Rights.Fields, Opened);
        return await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            if (await reader.Root(unit.Db, actor, id, stop) is not { } contact)
                return Refusal.NotFound().ToProblem();
            if (await DailyUse.Take(unit, actor, DailyUse.Reveals, actor.Rights.PerDay(Permissions.ReadContacts, limits => limits.RevealsPerDay), stop) is { } tooOften)
                return tooOften.ToProblem();
            await Audit.Record(unit, AuditBy.Agent(actor, context), "contact.revealed", "contact", contact.Id.ToString(), new { fields = request.Fields, reason = request.Reason.Trim() }, stop);
            return TypedResults.Ok(new Revealed((await reader.View(unit.Db, contact, stop)).For(shown), clock.GetUtcNow() + Lasts));
        }, ct);
    }

    /// <summary>Null when the reason says something.</summary>
    public static Refusal? Check(string reason) =>
        reason.Trim().Length < 2 ? Refusal.Invalid("reason", "required") : reason.Length > MostReason ? Refusal.Invalid("reason", "too_long", MostReason) : null;

    private static FieldPolicy Opened(FieldPolicy fields, string name) => name switch
    {
        "name" => fields with { Name = FieldLevel.Clear },
        "phone" => fields with { Phone = FieldLevel.Clear },
        "email" => fields with { Email = FieldLevel.Clear },
        "identities" => fields with { Identities = FieldLevel.Clear },
        _ => fields with { Fields = FieldLevel.Clear },
    };
}
