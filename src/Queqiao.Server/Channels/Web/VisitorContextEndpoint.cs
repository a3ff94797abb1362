using Queqiao.Server.Contacts;
using Queqiao.Server.CustomerData;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Channels.Web;

/// <summary><c>POST /widget/v1/context</c>: the page, article or order in front of a visitor who has written. Of anybody else nothing is kept, nor where the channel or the visitor does not want it.</summary>
internal static class VisitorContextEndpoint
{
    /// <param name="Price">In minor units of <paramref name="Currency"/>.</param>
    internal sealed record Article(string? Id, string? Name, long? Price = null, string? Currency = null, string? Variant = null);

    internal sealed record Request(string? Url, string? Title = null, Article? Product = null, string? OrderId = null);

    internal sealed record Services(VisitorAccess Access, IConsents Consents, IVisitorPages Pages);

    public static async Task<IResult> Handle(TolerantBody<Request> body, HttpContext context, [AsParameters] Services with, CancellationToken ct)
    {
        var (who, refusal) = await with.Access.Admit(context);
        if (who is null)
            return refusal!.ToProblem();
        if (PageOf(body.Value).Clean() is not { } seen)
            return Refusal.Invalid("url", "invalid_url").ToProblem();
        if (await PageTelling.Allowed(who.Channel, who.Visitor, with.Consents, ct) is { } contact)
            await with.Pages.Saw(who.Channel.Ws, contact, seen, ct);
        return TypedResults.NoContent();
    }

    private static SeenPage PageOf(Request request) => new(
        request.Url ?? "", request.Title,
        request.Product is { Id: { } id, Name: { } name } article ? new ShopProduct(id, name, article.Price ?? 0, article.Currency ?? "CNY", article.Variant) : null, request.OrderId);
}
