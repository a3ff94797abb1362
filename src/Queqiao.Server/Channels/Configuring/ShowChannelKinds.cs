using System.Text.Json.Nodes;
using Queqiao.Channels;
using Queqiao.Channels.Windows;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Platform.I18n;

namespace Queqiao.Server.Channels.Configuring;

/// <summary><c>GET /api/v1/channel-kinds</c>: what a form, a composer and a budget are drawn from.</summary>
internal static class ShowChannelKinds
{
    /// <param name="Settings">JSON Schema (2020-12); <c>writeOnly</c> is secret, <c>x-where</c> the page of the provider's console on which a value is found.</param>
    /// <param name="ConsoleUrl">Where the provider's side is set up.</param>
    /// <param name="ManualUrl">Where the provider explains it.</param>
    /// <param name="HasWebhook">Whether a channel of it has an address to be entered at the provider.</param>
    /// <param name="Receives">webhook, pull, socket.</param>
    /// <param name="Rules">When and how often may be written; empty: always.</param>
    public sealed record Row(string Kind, string Name, JsonObject Settings, IReadOnlyList<string> Abilities)
    {
        public string? ConsoleUrl { get; init; }
        public string? ManualUrl { get; init; }
        public bool HasWebhook { get; init; }
        public IReadOnlyList<string> Receives { get; init; } = [];
        public IReadOnlyList<Rule> Rules { get; init; } = [];

        /// <summary>Whether the account consents in the browser.</summary>
        public bool Authorises { get; init; }

        /// <summary>What is left when it is closed: another_channel, template, paid.</summary>
        public string? AfterWindow { get; init; }
    }

    /// <param name="Trigger">What the customer does.</param>
    /// <param name="Messages">Null: any number.</param>
    public sealed record Rule(string Trigger, double Hours, int? Messages, string? Tag);

    public sealed record Rows(IReadOnlyList<Row> Items);

    public static IResult Handle(HttpContext context, KindRegistry kinds)
    {
        var locale = Locale.Of(context);
        var web = ChannelKinds.WebIn(locale);
        return TypedResults.Ok(new Rows([new Row(web.Id, web.Name, web.Settings, web.Abilities), .. kinds.All.Select(kind => RowOf(kind, locale.Tag))]));
    }

    private static Row RowOf(IChannelKind kind, string language)
    {
        var about = kind.Descriptor;
        return new Row(about.Kind, about.Name.In(language), CommonFields.Schema(about.Settings, language), [.. Enum.GetValues<Abilities>().Where(one => one != Abilities.None && about.Can(one)).Select(NameOf)])
        {
            ConsoleUrl = about.Console.ToString(),
            ManualUrl = about.Manual.ToString(),
            HasWebhook = kind.Adapter is { } adapter && Hooks.Has(adapter),
            Authorises = kind.Adapter is IAuthorisedChannel,
            Receives = [.. Ways(kind)],
            Rules = [.. about.Window.Rules.Select(rule => new Rule(NameOf(rule.Trigger), rule.Length.TotalHours, rule.Messages, rule.Tag))],
            AfterWindow = about.Window.IsAlwaysOpen ? null : NameOf(about.Window.After),
        };
    }

    private static IEnumerable<string> Ways(IChannelKind kind)
    {
        if (kind.Adapter is { } adapter && Hooks.Has(adapter))
            yield return "webhook";
        if (kind.Adapter is IPullChannel)
            yield return "pull";
        if (kind.Adapter is ISocketChannel)
            yield return "socket";
    }

    private static string NameOf<T>(T value) where T : struct, Enum => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
