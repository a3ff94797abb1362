using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.People;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Merging;

/// <summary><c>GET /api/v1/contacts/{id}/duplicates</c>: who could be the same person, and why. Suggestions only: nobody is merged by themselves.</summary>
internal static class FindDuplicates
{
    private const int Most = 20;

    public static void Map(RouteGroupBuilder contacts) =>
        contacts.MapGet("/{id:guid}/duplicates", Handle).Needs(Permissions.ReadContacts).TakesQuery().WithSummary("Contacts that may be the same person, with the reasons").Produces<Rows>();

    /// <param name="Reasons">Why, strongest first: <c>same_user</c>, <c>same_email_verified</c>, <c>same_email</c>, <c>same_phone</c>, <c>same_identity</c>, <c>same_name</c>.</param>
    /// <param name="Against"><c>other_user</c> when a site says that they are two people.</param>
    internal sealed record Row(Guid Id, string? Name, bool Verified, IReadOnlyList<string> Reasons, string? Against);

    internal sealed record Rows(IReadOnlyList<Row> Items);

    private static async Task<IResult> Handle(Guid id, Actor actor, ContactReader reader, IContactVault people, IVault vault, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        if (await reader.Root(db, actor, id, ct) is not { } contact)
            return Refusal.NotFound().ToProblem();
        var view = await reader.View(db, contact, ct);
        var tree = await ContactReader.Tree(db, actor.Ws, contact.Id, ct);
        var identifiers = db.Visible(Scope<ContactIdentifier>.Workspace(actor.Ws));
        var mine = await identifiers.Where(row => tree.Contains(row.ContactId)).ToListAsync(ct);
        var tags = mine.Select(row => row.Tag).Distinct().ToList();
        var shared = await identifiers.Where(row => tags.Contains(row.Tag) && !tree.Contains(row.ContactId)).Take(200).ToListAsync(ct);
        var candidates = shared.Select(row => row.ContactId).Concat(await SameName(db, actor.Ws, view.Name, tree, vault, ct)).Distinct().ToList();
        var all = db.Visible(Scope<Contact>.Workspace(actor.Ws));
        var rootOf = await all.Where(one => candidates.Contains(one.Id)).ToDictionaryAsync(one => one.Id, one => one.MergedInto ?? one.Id, ct);
        var roots = rootOf.Values.Distinct().Where(root => root != contact.Id).ToList();
        var visible = await reader.Visible(db, actor).Where(one => roots.Contains(one.Id) && one.ErasedAt == null).Take(Most).ToListAsync(ct);
        var found = new List<Row>();
        foreach (var other in visible)
        {
            var theirs = await reader.View(db, other, ct);
            var parts = await ContactReader.Tree(db, actor.Ws, other.Id, ct);
            var ids = await identifiers.Where(row => parts.Contains(row.ContactId)).ToListAsync(ct);
            var reasons = Duplicates.Reasons(mine, ids, view.Name, theirs.Name);
            if (reasons.Count > 0)
                found.Add(new Row(other.Id, ContactMasks.NameAt(actor.Rights.Fields, theirs.Name), theirs.Verified, reasons, Duplicates.Against(mine, ids)));
        }
        return TypedResults.Ok(new Rows([.. found.OrderBy(row => row.Against is not null).ThenBy(row => Duplicates.Rank(row.Reasons[0]))]));
    }

    private static async Task<List<Guid>> SameName(QueqiaoDb db, int ws, string? name, List<Guid> tree, IVault vault, CancellationToken ct)
    {
        if (name is null || NameWords.OfSearch(name) is not { Count: > 0 } parts)
            return [];
        var words = db.Visible(Scope<ContactWord>.Workspace(ws));
        var named = db.Visible(Scope<Contact>.Workspace(ws)).Where(one => !tree.Contains(one.Id));
        foreach (var word in parts.Select(part => vault.WordOf(ws, part)))
            named = named.Where(one => words.Any(row => row.Word == word && row.ContactId == one.Id));
        return await named.OrderByDescending(one => one.LastSeenAt).Select(one => one.Id).Take(50).ToListAsync(ct);
    }
}

/// <summary>Why two contacts may be one, pure.</summary>
internal static class Duplicates
{
    private static readonly string[] Ranks = ["same_user", "same_email_verified", "same_email", "same_phone", "same_identity", "same_name"];

    public static int Rank(string reason) => Array.IndexOf(Ranks, reason);

    public static IReadOnlyList<string> Reasons(IReadOnlyList<ContactIdentifier> one, IReadOnlyList<ContactIdentifier> other, string? name, string? otherName)
    {
        var reasons = new HashSet<string>();
        foreach (var mine in one)
        {
            foreach (var theirs in other.Where(row => row.Tag == mine.Tag))
            {
                if (mine.Kind == IdentityKinds.User && mine.ChannelId != theirs.ChannelId)
                    continue; // another site's numbers
                reasons.Add(mine.Kind switch
                {
                    IdentityKinds.User => "same_user",
                    IdentityKinds.Email when mine.Verified && theirs.Verified => "same_email_verified",
                    IdentityKinds.Email => "same_email",
                    IdentityKinds.Phone => "same_phone",
                    _ => "same_identity",
                });
            }
        }
        if (name is not null && otherName is not null && NameWords.Fold(name.Trim()) == NameWords.Fold(otherName.Trim()))
            reasons.Add("same_name");
        return [.. reasons.OrderBy(Rank)];
    }

    public static string? Against(IReadOnlyList<ContactIdentifier> one, IReadOnlyList<ContactIdentifier> other)
    {
        static List<(Guid?, Guid)> Users(IReadOnlyList<ContactIdentifier> rows) => [.. rows.Where(row => row is { Kind: IdentityKinds.User, Verified: true }).Select(row => (row.ChannelId, row.Tag))];
        return MergeTree.Differ(Users(one), Users(other)) ? "other_user" : null;
    }
}
