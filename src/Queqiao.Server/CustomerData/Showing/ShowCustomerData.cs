using Queqiao.Server.Contacts;
using Queqiao.Server.CustomerData.Configuring;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.CustomerData.Showing;

/// <summary><c>/api/v1/contacts/{id}/customer-data</c>: what the firm's system says, beside the chat.</summary>
internal static class ShowCustomerData
{
    public const int MostReason = 300;
    private const int MostQuery = 100;

    /// <param name="State">off, unknown, fresh, stale or failed.</param>
    /// <param name="FetchedAt">When the firm's system said so.</param>
    /// <param name="Revealable">Kinds of data that are masked here and shown to whoever gives a reason.</param>
    public sealed record Answer(string State, ShopUser? User, IReadOnlyList<ShopOrder> Orders, DateTimeOffset? FetchedAt, DataTrouble? Trouble, IReadOnlyList<string> Revealable);

    /// <param name="Dictionary">The firm's codes in words.</param>
    public sealed record About(bool Enabled, string Source, IReadOnlyList<DictionaryEntry> Dictionary);

    /// <param name="Fields">Of <c>name</c>, <c>phone</c>, <c>email</c>, <c>identities</c>, <c>fields</c>.</param>
    /// <param name="Reason">Why; it names no personal data.</param>
    public sealed record RevealRequest(IReadOnlyList<string> Fields, string Reason);

    public static async Task<IResult> Dictionary(Actor actor, Connections connections, CancellationToken ct)
    {
        var settings = (await connections.Of(actor.Ws, ct)).Settings;
        return TypedResults.Ok(new About(settings.Enabled, settings.Source, settings.Dictionary ?? []));
    }

    public static async Task<IResult> Handle(Guid id, bool? refresh, Actor actor, IContactSight people, ICustomerData data, CancellationToken ct)
    {
        if (await people.Seen(actor, id, ct) is not { } contact)
            return Refusal.NotFound().ToProblem();
        return TypedResults.Ok(Of(await data.Of(actor.Ws, contact, refresh == true, ct), actor.Rights.Fields));
    }

    public static async Task<IResult> Order(Guid id, string order, Actor actor, IContactSight people, ICustomerData data, CancellationToken ct)
    {
        if (await people.Seen(actor, id, ct) is not { } contact)
            return Refusal.NotFound().ToProblem();
        var answer = await data.Order(actor.Ws, contact, order, ct);
        return answer switch
        {
            { Order: { } found } => TypedResults.Ok(found.For(actor.Rights.Fields)),
            { Trouble: { } trouble } => Trouble(trouble).ToProblem(),
            _ => Refusal.NotFound().ToProblem(),
        };
    }

    public static async Task<IResult> Products(string? q, Actor actor, ICustomerData data, CancellationToken ct)
    {
        if (q?.Length > MostQuery)
            return Refusal.Invalid("q", "too_long", MostQuery).ToProblem();
        return TypedResults.Ok(await data.Products(actor.Ws, q?.Trim() ?? "", ct));
    }

    public static async Task<IResult> Reveal(Guid id, RevealRequest request, Actor actor, IContactSight people, ICustomerData data, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (Check(request, actor.Rights.Fields) is { } no)
            return no.ToProblem();
        if (await people.Seen(actor, id, ct) is not { } contact)
            return Refusal.NotFound().ToProblem();
        var refused = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            if (await DailyUse.Take(unit, actor, DailyUse.Reveals, actor.Rights.PerDay(Permissions.ReadContacts, limits => limits.RevealsPerDay), stop) is { } tooOften)
            {
                unit.Abandon();
                return tooOften;
            }
            await Audit.Record(unit, AuditBy.Agent(actor, context), "customer_data.revealed", "contact", contact.ToString(), new { fields = request.Fields, reason = request.Reason.Trim() }, stop);
            return null;
        }, ct);
        return refused is not null ? refused.ToProblem() : TypedResults.Ok(Of(await data.Of(actor.Ws, contact, afresh: false, ct), actor.Rights.Fields.Opened(request.Fields)));
    }

    private static Refusal? Check(RevealRequest request, FieldPolicy fields)
    {
        if (request.Reason.Trim().Length < 2)
            return Refusal.Invalid("reason", "required");
        if (request.Reason.Length > MostReason)
            return Refusal.Invalid("reason", "too_long", MostReason);
        if (request.Fields.Count == 0 || request.Fields.Any(field => !FactMasks.Names.Contains(field)))
            return Refusal.Invalid("fields", "not_one_of", string.Join(", ", FactMasks.Names));
        return request.Fields.Any(field => fields.Of(field) < FieldLevel.Reveal) ? Refusal.Forbidden("reveal_not_allowed") : null;
    }

    private static Answer Of(CustomerDataAnswer answer, FieldPolicy fields)
    {
        var facts = answer.Facts?.For(fields);
        return new Answer(answer.State, facts?.User, facts?.Orders ?? [], answer.FetchedAt, answer.Trouble, [.. FactMasks.Names.Where(name => fields.Of(name) == FieldLevel.Reveal)]);
    }

    internal static Refusal Trouble(DataTrouble trouble) => new(StatusCodes.Status502BadGateway, trouble.Code, trouble.Detail ?? "");
}
