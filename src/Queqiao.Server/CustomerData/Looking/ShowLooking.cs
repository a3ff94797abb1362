using Queqiao.Server.Contacts;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.CustomerData.Looking;

/// <summary><c>GET /api/v1/contacts/{id}/looking</c>: the page, article or order that is in front of a visitor.</summary>
internal static class ShowLooking
{
    /// <param name="Product">From the firm's system where it knows the article, else as the page says.</param>
    /// <param name="Claimed">Only the page says so.</param>
    /// <param name="Visits">Pages visited before, newest first; null: the visitor has not agreed to that being kept.</param>
    public sealed record Answer(Page? Now, ShopProduct? Product, bool Claimed, string? OrderId, IReadOnlyList<Page>? Visits);

    public sealed record Page(string Url, string? Title, DateTimeOffset At);

    public static async Task<IResult> Handle(Guid id, Actor actor, IContactSight people, VisitorPages pages, ICustomerData data, CancellationToken ct)
    {
        if (await people.Seen(actor, id, ct) is not { } contact || await people.Tree(actor.Ws, contact, ct) is not { Count: > 0 } tree)
            return Refusal.NotFound().ToProblem();
        var now = await pages.Now(actor.Ws, tree, ct);
        var visits = await pages.Visits(actor.Ws, contact, tree, ct);
        var claimed = now?.Page.Product;
        var known = claimed is not null && await data.IsOn(actor.Ws, ct) ? (await data.Product(actor.Ws, claimed.Id, ct)).Items.FirstOrDefault(product => product.Id == claimed.Id) : null;
        return TypedResults.Ok(new Answer(
            now is { } seen ? PageOf(seen) : null, known ?? claimed, claimed is not null && known is null, now?.Page.OrderId, visits is null ? null : [.. visits.Select(PageOf)]));
    }

    private static Page PageOf((SeenPage Page, long At) seen) => new(seen.Page.Url, seen.Page.Title, DateTimeOffset.FromUnixTimeMilliseconds(seen.At));
}
