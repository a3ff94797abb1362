using Queqiao.Server.Contacts.People;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Recognising;

/// <summary><c>POST /api/v1/contacts/{id}/links</c>: a code for a customer of whom the channel tells an id only. They bring it where they are signed in.</summary>
internal static class LinkEndpoints
{
    public static void Map(RouteGroupBuilder contacts) => contacts.MapPost("/{id:guid}/links", Create).Needs(Permissions.EditContacts).TakesQuery()
        .WithSummary("A one-time code: who brings it on another channel is this person").Produces<Link>(StatusCodes.Status201Created);

    /// <param name="Code">Nine digits, good once, for half an hour. Shown this once.</param>
    internal sealed record Link(string Code, DateTimeOffset ExpiresAt);

    private static async Task<IResult> Create(Guid id, Actor actor, ContactReader reader, ContactLinks links, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        Link? made = null;
        var no = await ContactEndpoints.On(id, actor, reader, storage, async (unit, root, stop) =>
        {
            var (code, expires) = await links.Make(unit, root.Id, actor.AgentId, stop);
            made = new Link(code, Moment.At(expires));
            await Audit.Record(unit, AuditBy.Agent(actor, context), "contact.link_created", "contact", root.Id.ToString(), null, stop);
            return null;
        }, ct);
        return no?.ToProblem() ?? (IResult)TypedResults.Created((string?)null, made);
    }
}
