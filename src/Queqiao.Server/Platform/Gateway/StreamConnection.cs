namespace Queqiao.Server.Platform.Gateway;

/// <summary>A reader on a server-sent event stream (https://html.spec.whatwg.org/multipage/server-sent-events.html): frames out only.</summary>
internal sealed class StreamConnection(HttpContext context) : GatewayConnection
{
    private static readonly byte[] Data = "data: "u8.ToArray();
    private static readonly byte[] End = "\n\n"u8.ToArray();
    private static readonly byte[] Comment = ": \n\n"u8.ToArray();

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Holds the request open until either side ends it.</summary>
    public async Task Run()
    {
        await using var gone = context.RequestAborted.Register(() => _ended.TrySetResult());
        await _ended.Task;
    }

    /// <summary>A comment line, so that proxies do not take the stream for dead.</summary>
    public void KeepAlive() => Send(Comment);

    protected override async ValueTask Write(ReadOnlyMemory<byte> frame)
    {
        var body = context.Response.Body;
        if (frame.Span is [(byte)':', ..])
        {
            await body.WriteAsync(frame, context.RequestAborted);
        }
        else
        {
            await body.WriteAsync(Data, context.RequestAborted);
            await body.WriteAsync(frame, context.RequestAborted);
            await body.WriteAsync(End, context.RequestAborted);
        }
        await body.FlushAsync(context.RequestAborted);
    }

    protected override ValueTask WriteClose(CloseReason reason)
    {
        _ended.TrySetResult();
        return ValueTask.CompletedTask;
    }

    protected override void Abort()
    {
        _ended.TrySetResult();
        context.Abort();
    }
}
