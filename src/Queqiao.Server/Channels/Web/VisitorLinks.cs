using Queqiao.Server.Contacts;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Web;

/// <summary>
/// <c>/widget/v1/links</c>: somebody who is signed in takes a code to another channel, or brings one from there. Only whom the site
/// has signed may: a code says who somebody is.
/// </summary>
internal static class VisitorLinks
{
    public static void Map(IEndpointRouteBuilder widget)
    {
        widget.MapPost("/links", Make).IsPublic().TakesQuery().WithSummary("A code to be typed on another channel").Produces<Code>(StatusCodes.Status201Created);
        widget.MapPost("/links/use", Use).IsPublic().TakesQuery().WithSummary("Brings a code that came on another channel");
    }

    internal sealed record Code(string Text, DateTimeOffset ExpiresAt);

    internal sealed record UseRequest(string? Code);

    private static async Task<IResult> Make(HttpContext context, VisitorAccess access, IContacts contacts, IStorageEngine storage, CancellationToken ct)
    {
        var (who, refusal) = await Signed(context, access);
        if (who is null)
            return refusal!.ToProblem();
        var made = await storage.Run(who.Channel.Ws, async (unit, stop) => await contacts.MakeLink(unit, await Contact(unit, who, contacts, stop), stop), ct);
        return TypedResults.Json(new Code(made.Code, DateTimeOffset.FromUnixTimeMilliseconds(made.ExpiresAt)), statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> Use(TolerantBody<UseRequest> body, HttpContext context, VisitorAccess access, LinkTries tries, IContacts contacts, IStorageEngine storage, CancellationToken ct)
    {
        var (who, refusal) = await Signed(context, access);
        if (who is null)
            return refusal!.ToProblem();
        if (string.IsNullOrWhiteSpace(body.Value.Code) || !tries.May(who.Visitor.Key.Identity))
            return Refusal.Conflict("contact_link_unknown").ToProblem();
        var no = await storage.Run(who.Channel.Ws, async (unit, stop) => await contacts.UseLink(unit, await Contact(unit, who, contacts, stop), body.Value.Code.Trim(), stop), ct);
        if (no is not null)
            tries.Failed(who.Visitor.Key.Identity);
        return no?.ToProblem() ?? (IResult)TypedResults.NoContent();
    }

    private static async ValueTask<(AdmittedVisitor? Who, Refusal? Refusal)> Signed(HttpContext context, VisitorAccess access)
    {
        var (who, refusal) = await access.Admit(context);
        return who is null ? (null, refusal) : who.Visitor.Papers?.User is null ? (null, Refusal.Forbidden("user_token_malformed")) : (who, null);
    }

    private static Task<Guid> Contact(WriteUnit unit, AdmittedVisitor who, IContacts contacts, CancellationToken ct)
    {
        var key = who.Visitor.Key;
        return contacts.Arrive(unit, who.Visitor.Papers!.For(new(key.ChannelId, key.Identity), who.Channel.Web?.UserIssuer), ct);
    }
}
