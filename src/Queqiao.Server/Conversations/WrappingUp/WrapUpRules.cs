using Queqiao.Server.CustomFields;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations.WrappingUp;

/// <summary>Rules of wrapping up. Pure, as <see cref="ConversationRules"/>.</summary>
internal static class WrapUpRules
{
    /// <summary>Writes it down, and resolves if that is wished: both or neither.</summary>
    /// <param name="fields">Those of conversations, when it is resolved; null: it is not.</param>
    public static Decision WrapUp(this ConversationHead head, WrappedUp said, FieldPatch patch, FieldSet? fields, string? reason, bool askRating)
    {
        if (head.MergedInto is not null)
            return Refusal.Conflict("conversation_merged");
        var news = head.SetFields(patch) is Decision.Append { Entries: [FieldsChanged change] } ? change : null;
        if (fields is null)
            return Decision.Of(news, said);
        // The rule of resolving looks at the values as they will be.
        var then = news is null ? head : head with { Fields = FieldValues.Merge(head.Fields, news.Internal), PersonalFields = FieldValues.Merge(head.PersonalFields, news.Personal) };
        return then.Resolve(reason, fields, askRating) switch
        {
            Decision.Append { Entries: var resolved } => Decision.Of([news, said, .. resolved]),
            var refused => refused,
        };
    }

    /// <summary>
    /// The category that fits best: one that has a tag's name, else the one whose words the customer used most often. Null: none fits, or
    /// several fit alike, and a wrong guess is worse than none.
    /// </summary>
    public static Guid? Suggest(WrapUpPlan plan, IReadOnlyCollection<string> tags, IReadOnlyCollection<string> said)
    {
        var open = plan.Categories.Where(category => !category.Archived && plan.IsLeaf(category)).ToList();
        if (open.Where(category => tags.Contains(category.Name, StringComparer.OrdinalIgnoreCase)).ToList() is [var tagged])
            return tagged.Id;
        var scored = open.Select(category => (category.Id, Score: (category.Words ?? []).Sum(word => said.Count(text => text.Contains(word, StringComparison.OrdinalIgnoreCase)) * word.Length)))
            .Where(one => one.Score > 0).OrderByDescending(one => one.Score).Take(2).ToList();
        return scored switch
        {
            [var only] => only.Id,
            [var best, var next] when best.Score > next.Score => best.Id,
            _ => null,
        };
    }
}
