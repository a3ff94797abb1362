using Queqiao.Server.CustomFields;

namespace Queqiao.Server.Conversations;

/// <summary>Rules of what colleagues attach to a conversation. Pure, as <see cref="ConversationRules"/>.</summary>
internal static class LabelRules
{
    public const int MostTags = 30;

    /// <summary>Puts tags on and takes tags off; those that are already so are no news.</summary>
    public static Decision ChangeTags(this ConversationHead head, IReadOnlyList<Tagged> add, IReadOnlyList<Untagged> remove)
    {
        var news = add.Where(tag => !IdSet.Contains(head.Tags, tag.Id)).DistinctBy(tag => tag.Id).ToList();
        var gone = remove.Where(tag => IdSet.Contains(head.Tags, tag.Id)).DistinctBy(tag => tag.Id).ToList();
        if (IdSet.Of(head.Tags).Count() + news.Count - gone.Count > MostTags)
            return Platform.Problems.Refusal.Invalid("add", "too_many", MostTags);
        return Decision.Of([.. gone, .. news]);
    }

    public static Decision SetPriority(this ConversationHead head, string priority) =>
        head.Priority == priority ? Decision.Nothing : new PriorityChanged(head.Priority, priority);

    public static Decision SetSubject(this ConversationHead head, string? subject) =>
        head.Subject == subject ? Decision.Nothing : new SubjectChanged(head.Subject, subject);

    /// <summary>What the person is called; of somebody who was erased there is no name.</summary>
    public static Decision Name(this ConversationHead head, string? name) =>
        head.ErasedAt is not null || head.ContactName == name ? Decision.Nothing : new ContactRenamed(name);

    public static Decision SetFields(this ConversationHead head, FieldPatch patch)
    {
        var news = new FieldsChanged(FieldValues.News(head.Fields, patch.Internal), FieldValues.News(head.PersonalFields, patch.Personal));
        return news is { Internal: null, Personal: null } ? Decision.Nothing : news;
    }
}
