using System.Text.Json;
using Queqiao.Channels;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Keys;

namespace Queqiao.Server.Channels.Configuring;

/// <summary>A channel as the API shows it.</summary>
/// <param name="Settings">By the kind's schema, without secrets.</param>
/// <param name="Secrets">Which secrets are set: names only.</param>
/// <param name="Snippet">What a web master copies into the site; of the kind <c>web</c>.</param>
/// <param name="HookUrl">What is entered as webhook at the provider; null when the kind has none.</param>
internal sealed record ChannelAnswer(
    Guid Id, string Kind, string Name, bool Enabled, object Settings, IReadOnlyList<string> Secrets, DateTimeOffset CreatedAt, string? Snippet, string? HookUrl);

internal sealed record ChannelAnswers(IReadOnlyList<ChannelAnswer> Items);

/// <summary>Writes channels for an answer.</summary>
internal sealed class ChannelAnswering(KindRegistry kinds, Platform.Storage.IStorageEngine storage)
{
    /// <param name="manages">Whether the asker may see the key in a webhook's address.</param>
    public ChannelAnswer Of(Channel channel, string baseUrl, bool manages)
    {
        var created = DateTimeOffset.FromUnixTimeMilliseconds(channel.CreatedAt);
        if (channel.Kind == ChannelKinds.Web)
            return new(channel.Id, channel.Kind, channel.Name, channel.Enabled, StoredSettings.Web(channel.Settings), [], created, SnippetFor(channel.Id, baseUrl), null);
        var settings = AdapterSettings.Of((IVault)storage.Vault, channel);
        return new(channel.Id, channel.Kind, channel.Name, channel.Enabled, settings.Open, [.. settings.Secret.Keys.Order(StringComparer.Ordinal)], created, null,
            kinds.Find(channel.Kind)?.Adapter is { } adapter && Hooks.Has(adapter) ? Hooks.UrlFor(channel.Id, baseUrl, adapter, settings, manages) : null);
    }

    // Base and id are written by ourselves, so nothing in them can end the attribute.
    private static string SnippetFor(Guid id, string baseUrl) =>
        $"""<script src="{baseUrl}/widget.js" data-channel="{id}" async></script>""";
}

/// <summary>Webhooks' addresses.</summary>
internal static class Hooks
{
    public static bool Has(IChannelAdapter adapter) => adapter.Descriptor.HasWebhook;

    public static string UrlFor(Guid id, string baseUrl, IChannelAdapter adapter, SplitSettings settings, bool manages) =>
        $"{baseUrl}/hooks/{id}" + (adapter.Descriptor.Settings.Any(field => field.Key == AdapterSettings.HookSecret) && settings.Secret.TryGetValue(AdapterSettings.HookSecret, out var key)
            ? "?key=" + (manages ? Uri.EscapeDataString(key) : "***") : "");
}

/// <summary>Settings as text in the database. Members that a later version added are skipped by an older one.</summary>
internal static class StoredSettings
{
    public static WebSettings Web(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<WebSettings>(json, TolerantJson.Options) ?? WebSettings.Default;
        }
        catch (JsonException fault)
        {
            // else it would be answered as a fault of the caller's JSON (docs/decisions/0002)
            throw new InvalidOperationException("The stored settings of a channel cannot be read.", fault);
        }
    }

    public static string Text(WebSettings settings) => JsonSerializer.Serialize(settings, StrictJson.Options);
}
