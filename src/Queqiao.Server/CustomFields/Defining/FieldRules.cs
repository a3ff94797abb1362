using System.Text.RegularExpressions;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.CustomFields.Defining;

/// <summary>What a definition must look like.</summary>
internal static partial class FieldRules
{
    public const int MostFields = 100;
    public const int MostName = 60;
    public const int MostOptions = 200;

    public static IEnumerable<(string Field, FieldFault Fault)> CheckKey(string key)
    {
        if (!KeyForm().IsMatch(key))
            yield return ("key", new("invalid_key"));
    }

    public static IEnumerable<(string Field, FieldFault Fault)> CheckName(string name, string field = "name")
    {
        if (string.IsNullOrWhiteSpace(name))
            yield return (field, new("required"));
        else if (name.Trim().Length > MostName)
            yield return (field, new("too_long", MostName));
        else if (OneLine.HidesSomething(name))
            yield return (field, new("control_characters"));
    }

    public static IEnumerable<(string Field, FieldFault Fault)> CheckOneOf(string field, string value, IReadOnlyList<string> allowed)
    {
        if (!allowed.Contains(value))
            yield return (field, new("not_one_of", string.Join(", ", allowed)));
    }

    public static IEnumerable<(string Field, FieldFault Fault)> CheckOptions(string kind, IReadOnlyList<FieldOption>? options)
    {
        if (!FieldKind.HasOptions(kind))
        {
            if (options is { Count: > 0 })
                yield return ("options", new("options_not_allowed"));
            yield break;
        }
        if (options is null || options.Count == 0)
        {
            yield return ("options", new("required"));
            yield break;
        }
        if (options.Count > MostOptions)
            yield return ("options", new("too_many", MostOptions));
        if (options.Any(option => !OptionForm().IsMatch(option.Id)) || options.DistinctBy(option => option.Id, StringComparer.OrdinalIgnoreCase).Count() != options.Count)
            yield return ("options", new("invalid_option"));
        foreach (var fault in options.SelectMany(option => CheckName(option.Label, "options")).Take(1))
            yield return fault;
    }

    /// <summary>The options after a change: those that were there and are not named any more are archived, so that old values stay readable.</summary>
    public static IReadOnlyList<FieldOption> Replace(IReadOnlyList<FieldOption> known, IReadOnlyList<FieldOption> given) =>
        [.. given.Select(option => option with { Label = option.Label.Trim() }), .. known.Where(old => given.All(option => option.Id != old.Id)).Select(old => old with { Archived = true })];

    [GeneratedRegex("^[a-z][a-z0-9_]{0,39}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex KeyForm();

    [GeneratedRegex("^[A-Za-z0-9_-]{1,40}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex OptionForm();
}
