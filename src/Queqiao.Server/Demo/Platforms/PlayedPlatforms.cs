using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Queqiao.Channels;
using Queqiao.Server.Channels;
using Queqiao.Simulators;
using Queqiao.Simulators.Push;

namespace Queqiao.Server.Demo.Platforms;

/// <summary>Platforms played in this process, at an address that exists nowhere. One account of each.</summary>
internal sealed class PlayedPlatforms(TimeProvider clock) : IInsidePlatforms
{
    private const string Host = "https://played.invalid/";
    private readonly ConcurrentDictionary<string, Simulator> _platforms = new(StringComparer.Ordinal);

    private const string App = "app-server";

    /// <summary>The server of the shop's app; null: it has none.</summary>
    public AppServerSimulator? AppServer { get; set; }

    public static string AppServerAddress => Host + App;

    public static string AddressOf(string kind) => Host + kind;

    public Simulator? Find(string kind) =>
        SimulatorCatalogue.Kinds.Contains(kind) ? _platforms.GetOrAdd(kind, (key, time) => SimulatorCatalogue.Make(key, time)!, clock) : null;

    /// <summary>What is entered in the form of a channel that speaks with it.</summary>
    public IReadOnlyDictionary<string, string> SettingsOf(string kind) => new Dictionary<string, string>(Find(kind)!.Settings) { [CommonFields.ApiBaseUrl] = AddressOf(kind) };

    public IChannelHttp? For(ChannelSettings settings) =>
        settings[CommonFields.ApiBaseUrl] is { } address && address.StartsWith(Host, StringComparison.Ordinal) ? WayTo(address[Host.Length..].TrimEnd('/')) : null;

    private Way? WayTo(string name) => name == App && AppServer is { } app ? new Way(App, app.Answer, () => false)
        : Find(name) is { } platform ? new Way(platform.Kind, platform.Answer, () => platform.Trouble == Trouble.Hanging) : null;

    /// <summary>A call instead of a connection.</summary>
    private sealed class Way(string kind, Func<SimRequest, SimAnswer> take, Func<bool> hangs) : IChannelHttp
    {
        public async Task<HttpResponseMessage> Send(HttpRequestMessage request, CancellationToken ct)
        {
            var url = request.RequestUri!;
            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["Host"] = url.Authority };
            foreach (var (name, values) in request.Headers.Concat(request.Content?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>()))
                headers[name] = string.Join(',', values);
            var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(ct);
            if (hangs())
                await Task.Delay(Timeout.InfiniteTimeSpan, ct);
            var path = Uri.UnescapeDataString(url.AbsolutePath)[(kind.Length + 1)..];
            var answer = take(new SimRequest(request.Method.Method, path, Pairs(url.Query), headers, body) { BaseUrl = AddressOf(kind) });
            var response = new HttpResponseMessage((HttpStatusCode)answer.Status) { Content = new ByteArrayContent(answer.Body) };
            response.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(answer.ContentType);
            if (answer.RetryAfter is { } seconds)
                response.Headers.TryAddWithoutValidation("Retry-After", seconds.ToString(CultureInfo.InvariantCulture));
            return response;
        }

        private static Dictionary<string, string> Pairs(string query)
        {
            var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var pair in query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)))
                pairs[Uri.UnescapeDataString(pair[0].Replace('+', ' '))] = pair.Length > 1 ? Uri.UnescapeDataString(pair[1].Replace('+', ' ')) : "";
            return pairs;
        }
    }
}
