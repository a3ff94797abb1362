using Queqiao.Channels.Tokens;

namespace Queqiao.Channels;

/// <summary>What an adapter may use while it talks to its provider.</summary>
public sealed record ChannelContext(ChannelSettings Settings, IChannelHttp Http, ITokenStore Tokens, TimeProvider Clock)
{
    public override string ToString() => "channel context";
}

/// <summary>The way out. The caller guards it: no private addresses, time and size limits, no redirects to elsewhere.</summary>
public interface IChannelHttp
{
    Task<HttpResponseMessage> Send(HttpRequestMessage request, CancellationToken ct);
}

/// <summary>Over an <see cref="HttpMessageInvoker"/>; answers are read as they come.</summary>
public sealed class ChannelHttp(HttpMessageInvoker invoker) : IChannelHttp
{
    public Task<HttpResponseMessage> Send(HttpRequestMessage request, CancellationToken ct) =>
        invoker is HttpClient client ? client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct) : invoker.SendAsync(request, ct);
}
