using System.Text.Json;
using Queqiao.Server.CustomFields;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations.WrappingUp;

/// <summary>What a workspace writes down when a conversation ends: a tree of categories, results, and for each team what is asked for.</summary>
/// <param name="Default">For conversations of no team, and of teams without a rule of their own.</param>
internal sealed record WrapUpPlan(
    IReadOnlyList<WrapUpCategory> Categories, IReadOnlyList<WrapUpResult> Results, WrapUpRule Default, IReadOnlyDictionary<Guid, WrapUpRule>? Teams = null)
{
    public const int MostCategories = 500;
    public const int MostDepth = 4;
    private const int MostResults = 20;
    private const int MostName = 60;
    private const int MostWords = 30;

    public static readonly WrapUpPlan None = new([], [], new WrapUpRule());

    /// <summary>Without categories nobody is asked for anything.</summary>
    public bool IsOn => Categories.Any(category => !category.Archived);

    public static WrapUpPlan Of(string json) => JsonSerializer.Deserialize<WrapUpPlan>(json, TolerantJson.Options)!;

    public string ToJson() => JsonSerializer.Serialize(this, StrictJson.Options);

    public WrapUpRule RuleOf(Guid? team) => team is { } id && Teams?.GetValueOrDefault(id) is { } own ? own : Default;

    public WrapUpCategory? Find(Guid id) => Categories.FirstOrDefault(category => category.Id == id);

    /// <summary>Names from the top down to a category: <c>After-sales / Refund</c>.</summary>
    public string PathOf(WrapUpCategory category)
    {
        var names = new List<string>();
        for (var at = category; at is not null && names.Count < MostDepth; at = at.ParentId is { } parent ? Find(parent) : null)
            names.Insert(0, at.Name);
        return string.Join(" / ", names);
    }

    /// <summary>Only what has nothing below it can be chosen.</summary>
    public bool IsLeaf(WrapUpCategory category) => !Categories.Any(other => other.ParentId == category.Id && !other.Archived);

    /// <param name="fields">Those of conversations.</param>
    public Refusal? Check(FieldSet fields) => Refusal.Of(
    [
        .. When(Categories.Count > MostCategories, "categories", new FieldFault("too_many", MostCategories)),
        .. When(Categories.DistinctBy(category => category.Id).Count() != Categories.Count, "categories", new FieldFault("invalid_id")),
        .. Categories.SelectMany((category, i) => Check(category, $"categories.{i}")),
        .. When(Results.Count > MostResults, "results", new FieldFault("too_many", MostResults)),
        .. When(Results.DistinctBy(result => result.Id).Count() != Results.Count, "results", new FieldFault("invalid_id")),
        .. Results.SelectMany((result, i) => (IEnumerable<(string, FieldFault)>)[.. Named($"results.{i}.name", result.Name), .. When(result.Id.Length is 0 or > 40, $"results.{i}.id", new FieldFault("invalid_id"))]),
        .. Check(Default, "default", fields),
        .. (Teams ?? new Dictionary<Guid, WrapUpRule>()).SelectMany(team => Check(team.Value, $"teams.{team.Key}", fields)),
        .. When(Default.Mandatory && !IsOn, "default", new FieldFault("wrap_up_no_categories")),
    ]);

    private IEnumerable<(string, FieldFault)> Check(WrapUpCategory category, string at) =>
    [
        .. Named(at + ".name", category.Name),
        .. When(category.ParentId is { } parent && Find(parent) is null, at + ".parentId", new FieldFault("not_found")),
        .. When(DepthOf(category) > MostDepth, at + ".parentId", new FieldFault("wrap_up_too_deep", MostDepth)),
        .. When((category.Words ?? []).Count > MostWords || (category.Words ?? []).Any(word => word.Length is 0 or > MostName), at + ".words", new FieldFault("too_long", MostName)),
    ];

    private static IEnumerable<(string, FieldFault)> Check(WrapUpRule rule, string at, FieldSet fields) =>
        When((rule.Fields ?? []).Any(key => fields.Find(key) is null or { Archived: true }), at + ".fields", new FieldFault("field_unknown"));

    /// <summary>A circle is deeper than anything.</summary>
    private int DepthOf(WrapUpCategory category)
    {
        var depth = 1;
        for (var at = category; at?.ParentId is { } parent && depth <= MostDepth; at = Find(parent))
            depth++;
        return depth;
    }

    private static IEnumerable<(string, FieldFault)> Named(string field, string name) =>
        string.IsNullOrWhiteSpace(name) ? When(true, field, new FieldFault("required"))
        : name.Length > MostName ? When(true, field, new FieldFault("too_long", MostName))
        : When(OneLine.HidesSomething(name), field, new FieldFault("control_characters"));

    private static IEnumerable<(string, FieldFault)> When(bool wrong, string field, FieldFault fault)
    {
        if (wrong)
            yield return (field, fault);
    }
}

/// <param name="ParentId">What it is part of; null: it stands at the top.</param>
/// <param name="Words">What customers write when it is about this; the wrap-up is prefilled by them.</param>
/// <param name="Archived">Not offered any more; what was written stays.</param>
internal sealed record WrapUpCategory(Guid Id, string Name, Guid? ParentId = null, IReadOnlyList<string>? Words = null, bool Archived = false);

internal sealed record WrapUpResult(string Id, string Name);

/// <param name="Mandatory">No conversation is resolved without one.</param>
/// <param name="Fields">Keys of custom fields that are asked for.</param>
internal sealed record WrapUpRule(bool Mandatory = false, IReadOnlyList<string>? Fields = null);
