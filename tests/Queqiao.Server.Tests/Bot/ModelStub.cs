using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Platform.Outbound;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Bot;

/// <summary>An endpoint as Ollama, vLLM and DeepSeek have one; it says what it is told to.</summary>
internal sealed class ModelStub : IAsyncDisposable
{
    private LocalServer _server = null!;

    private ModelStub()
    {
    }

    public string Says { get; set; } = "";

    public int Status { get; set; } = 200;

    /// <summary>Before it answers this must be done: a model that is slow.</summary>
    public Task Wait { get; set; } = Task.CompletedTask;

    public ConcurrentQueue<string> Asked { get; } = new();

    public ConcurrentQueue<string> Keys { get; } = new();

    public string Address => new Uri(_server.Address, "v1").ToString();

    public static async Task<ModelStub> Start()
    {
        var stub = new ModelStub();
        stub._server = await LocalServer.Start(stub.Answer);
        return stub;
    }

    /// <summary>What a model answers in the form it was asked for.</summary>
    public static string Answers(params (string Text, string Source)[] sentences) =>
        JsonSerializer.Serialize(new { answerable = true, sentences = sentences.Select(sentence => new { text = sentence.Text, sources = new[] { sentence.Source } }) });

    /// <summary>A guard that lets requests to this machine pass: only tests have one.</summary>
    public static void LetThrough(IServiceCollection services)
    {
        var allowed = new ConfigurationBuilder().AddInMemoryCollection([new("outbound-allow", "127.0.0.0/8")]).Build();
        services.AddSingleton(OutboundOptions.Read(allowed)).AddSingleton(all => new GuardedHttp(all.GetRequiredService<OutboundOptions>(), all.GetRequiredService<TimeProvider>()));
    }

    private async Task Answer(HttpContext context)
    {
        Asked.Enqueue(await LocalServer.Body(context));
        Keys.Enqueue(context.Request.Headers.Authorization.ToString());
        await Wait.WaitAsync(context.RequestAborted);
        await LocalServer.Say(context, context.Request.Path == "/v1/chat/completions" ? Status : 404,
            JsonSerializer.Serialize(new { choices = new[] { new { message = new { role = "assistant", content = Says } } }, usage = new { total_tokens = 100 } }));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
