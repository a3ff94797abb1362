using System.Text.Json;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Channels.Configuring;

/// <summary>A channel as the API shows it.</summary>
/// <param name="Snippet">What a web master copies into the site.</param>
internal sealed record ChannelAnswer(
    Guid Id, string Kind, string Name, bool Enabled, WebSettings Settings, DateTimeOffset CreatedAt, string Snippet)
{
    public static ChannelAnswer Of(Channel channel, string baseUrl) => new(
        channel.Id, channel.Kind, channel.Name, channel.Enabled, StoredSettings.Web(channel.Settings),
        DateTimeOffset.FromUnixTimeMilliseconds(channel.CreatedAt), SnippetFor(channel.Id, baseUrl));

    // Base and id are written by ourselves, so nothing in them can end the attribute.
    private static string SnippetFor(Guid id, string baseUrl) =>
        $"""<script src="{baseUrl}/widget.js" data-channel="{id}" async></script>""";
}

internal sealed record ChannelAnswers(IReadOnlyList<ChannelAnswer> Items);

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
