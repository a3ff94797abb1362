using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Tests.Platform.Problems;

public sealed class ProblemsTests
{
    internal enum Mood { Calm, VeryGood }

    internal sealed record Inner(string Color);

    internal sealed record Request(string Name, int Count, Inner? Settings = null, Mood Mood = Mood.Calm, double Ratio = 0);

    private static Task<MiniHost> Host(string environment = "Production") => MiniHost.Start(
        b => b.Services.AddProblems().AddStrictJson(),
        app =>
        {
            app.UseProblems();
            app.UseRouting();
            app.MapPost("/api/v1/things", (Request r) => TypedResults.Ok(r));
            app.MapPost("/widget/v1/things", (TolerantBody<Request> r) => TypedResults.Ok(r.Value));
            app.MapGet("/api/v1/number", (int limit) => limit);
            app.MapGet("/api/v1/throws", void () => throw new InvalidOperationException("13800138000 is not a name"));
            app.MapGet("/api/v1/full", void () => throw new StorageUnavailableException("storage_full", TimeSpan.FromMilliseconds(2100)));
            app.MapGet("/api/v1/resolved", () => (IResult)Refusal.Conflict("conversation_resolved").ToProblem());
            app.MapGet("/api/v1/fields", () => (IResult)Refusal.Invalid("email", "required").And("name", "too_long", 80).ToProblem());
            app.MapGet("/api/v1/often", () => (IResult)Refusal.TooMany(TimeSpan.FromSeconds(0.2)).ToProblem());
            app.MapGet("/api/v1/empty401", () => Results.StatusCode(401));
            app.MapGet("/api/v1/half", async (HttpContext c) =>
            {
                await c.Response.WriteAsync("half");
                await c.Response.Body.FlushAsync();
                throw new InvalidOperationException("secret half");
            });
        },
        environment);

    private static async Task<JsonElement> Problem(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.ToString());
        var body = JsonDocument.Parse(text).RootElement;
        Assert.Equal(code, body.GetProperty("code").GetString());
        Assert.Equal((int)status, body.GetProperty("status").GetInt32());
        Assert.NotEmpty(body.GetProperty("traceId").GetString()!);
        Assert.NotEqual(code, body.GetProperty("detail").GetString());
        Assert.DoesNotContain("System.", text, StringComparison.Ordinal);
        return body;
    }

    private static Task<HttpResponseMessage> Post(MiniHost host, string json, string path = "/api/v1/things", string type = "application/json") =>
        host.Client.PostAsync(path, new ByteArrayContent(Encoding.UTF8.GetBytes(json)) { Headers = { { "Content-Type", type } } });

    [Theory]
    [InlineData("""{"name":"a","count":1,"extra":2}""", "extra", "不认识的字段。")]
    [InlineData("""{"name":"a","count":1,"settings":{"color":"x","size":2}}""", "settings.size", "不认识的字段。")]
    [InlineData("""{"name":"a","name":"b","count":1}""", "name", "同一个字段出现了两次。")]
    [InlineData("""{"name":"a"}""", "$", "缺少字段 count。")]
    [InlineData("""{"name":null,"count":1}""", "name", "不能为 null。")]
    [InlineData("""{"name":7,"count":1}""", "name", "值的类型或格式不正确。")]
    [InlineData("""{"name":"a","count":"1"}""", "count", "值的类型或格式不正确。")]
    [InlineData("""{"name":"a","count":1,"mood":"Angry"}""", "mood", "必须是以下之一：calm, very_good。")]
    [InlineData("""{"name":"a","count":1,"mood":1}""", "mood", "值的类型或格式不正确。")]
    [InlineData("""{"name":"a","count":1,"ratio":1e400}""", "ratio", "数字超出范围。")]
    [InlineData("""{"name":"a\u0000b","count":1}""", "name", "包含不允许的控制字符。")]
    [InlineData("""{"name":"\ud800","count":1}""", "name", "包含无效的字符。")]
    [InlineData("""{"name":"a","count":1,"settings":{"color":"\udc00"}}""", "settings.color", "包含无效的字符。")]
    [InlineData("""{"name":"a",}""", "$", "JSON 语法错误（第 1 行，第 13 字节）。")]
    [InlineData("", "$", "请求内容为空。")]
    public async Task A_bad_body_is_named_by_path_and_reason(string json, string field, string reason)
    {
        await using var host = await Host();
        var body = await Problem(await Post(host, json), HttpStatusCode.BadRequest, "invalid_json");
        var fault = Assert.Single(body.GetProperty("errors").EnumerateObject());
        Assert.Equal((field, reason), (fault.Name, fault.Value[0].GetString()));
    }

    [Theory]
    [InlineData("Production")]
    [InlineData("Development")]
    public async Task Development_and_production_answer_alike(string environment)
    {
        await using var host = await Host(environment);
        var body = await Problem(await Post(host, """{"name":7}"""), HttpStatusCode.BadRequest, "invalid_json");
        Assert.Equal("请求内容不是有效的 JSON，位置：name。", body.GetProperty("detail").GetString());
        await Problem(await host.Client.GetAsync("/api/v1/number?limit=x"), HttpStatusCode.BadRequest, "invalid_parameter");
        var missing = await Problem(await host.Client.GetAsync("/api/v1/number"), HttpStatusCode.BadRequest, "invalid_parameter");
        Assert.Equal("参数 limit 缺失或格式不正确。", missing.GetProperty("detail").GetString());
        await Problem(await host.Client.GetAsync("/api/v1/throws"), HttpStatusCode.InternalServerError, "internal");
    }

    [Fact]
    public async Task A_deep_body_is_refused()
    {
        await using var host = await Host();
        await Problem(await Post(host, new string('[', 80) + new string(']', 80)), HttpStatusCode.BadRequest, "invalid_json");
    }

    [Fact]
    public async Task The_widget_may_send_members_we_do_not_know_but_no_duplicates()
    {
        await using var host = await Host();
        Assert.Equal(HttpStatusCode.OK, (await Post(host, """{"name":"a","count":1,"extra":[1]}""", "/widget/v1/things")).StatusCode);
        await Problem(await Post(host, """{"name":"a","name":"a","count":1}""", "/widget/v1/things"), HttpStatusCode.BadRequest, "invalid_json");
        await Problem(await Post(host, "", "/widget/v1/things"), HttpStatusCode.BadRequest, "invalid_json");
        await Problem(await Post(host, "{}", "/widget/v1/things", "text/plain"), HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
    }

    [Fact]
    public async Task Refusals_carry_their_fields_in_the_callers_language()
    {
        await using var host = await Host();
        host.Client.DefaultRequestHeaders.Add("Accept-Language", "en-GB,zh;q=0.5");
        var response = await host.Client.GetAsync("/api/v1/fields");
        var body = await Problem(response, HttpStatusCode.BadRequest, "validation");
        Assert.Equal("en", response.Content.Headers.ContentLanguage.Single());
        Assert.Equal("Required.", body.GetProperty("errors").GetProperty("email")[0].GetString());
        Assert.Equal("Too long: at most 80 characters.", body.GetProperty("errors").GetProperty("name")[0].GetString());
        Assert.False((await Problem(await host.Client.GetAsync("/api/v1/resolved"), HttpStatusCode.Conflict, "conversation_resolved")).TryGetProperty("errors", out _));
    }

    [Fact]
    public async Task Waiting_times_are_whole_seconds_rounded_up()
    {
        await using var host = await Host();
        var full = await host.Client.GetAsync("/api/v1/full");
        await Problem(full, HttpStatusCode.ServiceUnavailable, "storage_full");
        Assert.Equal(TimeSpan.FromSeconds(3), full.Headers.RetryAfter?.Delta);
        var often = await host.Client.GetAsync("/api/v1/often");
        await Problem(often, HttpStatusCode.TooManyRequests, "rate_limited");
        Assert.Equal(TimeSpan.FromSeconds(1), often.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task A_crash_is_logged_under_its_trace_id_without_what_the_exception_quotes()
    {
        await using var host = await Host();
        var body = await Problem(await host.Client.GetAsync("/api/v1/throws?q=13900139000"), HttpStatusCode.InternalServerError, "internal");
        Assert.Contains(body.GetProperty("traceId").GetString()!, host.Log.Text, StringComparison.Ordinal);
        Assert.Contains("System.InvalidOperationException", host.Log.Text, StringComparison.Ordinal);
        Assert.Contains("ProblemsTests.cs", host.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("13800138000", host.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("13900139000", host.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_an_answer_is_cut_off_and_logged_without_quotes()
    {
        await using var host = await Host();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => host.Client.GetStringAsync("/api/v1/half"));
        Assert.DoesNotContain("secret half", host.Log.Text, StringComparison.Ordinal);
        Assert.Contains("/api/v1/half", host.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Empty_failures_below_the_api_become_problems_and_others_stay_empty()
    {
        await using var host = await Host();
        await Problem(await host.Client.GetAsync("/api/v1/nothing"), HttpStatusCode.NotFound, "not_found");
        await Problem(await host.Client.GetAsync("/widget/v1/nothing"), HttpStatusCode.NotFound, "not_found");
        await Problem(await host.Client.DeleteAsync("/api/v1/things"), HttpStatusCode.MethodNotAllowed, "method_not_allowed");
        await Problem(await Post(host, "<a/>", type: "text/xml"), HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
        await Problem(await host.Client.GetAsync("/api/v1/empty401"), HttpStatusCode.Unauthorized, "unauthenticated");
        var elsewhere = await host.Client.GetAsync("/elsewhere");
        Assert.Equal((HttpStatusCode.NotFound, 0L), (elsewhere.StatusCode, elsewhere.Content.Headers.ContentLength));
    }

    [Fact]
    public async Task A_body_over_the_cap_is_413()
    {
        await using var host = await MiniHost.Start(
            b =>
            {
                b.Services.AddProblems().AddStrictJson();
                b.WebHost.ConfigureKestrel(k => k.Limits.MaxRequestBodySize = 1000);
            },
            app =>
            {
                app.UseProblems();
                app.UseRouting();
                app.MapPost("/api/v1/things", (Request r) => r.Name);
            });
        await Problem(await Post(host, $$"""{"name":"{{new string('x', 2000)}}","count":1}"""), HttpStatusCode.RequestEntityTooLarge, "payload_too_large");
    }

    [Fact]
    public async Task A_caller_who_hangs_up_is_no_news()
    {
        var began = new TaskCompletionSource();
        var ended = new TaskCompletionSource<int>();
        await using var host = await MiniHost.Start(
            b => b.Services.AddProblems(),
            app =>
            {
                app.Use(async (context, next) =>
                {
                    await next();
                    ended.SetResult(context.Response.StatusCode);
                });
                app.UseProblems();
                app.Run(async context =>
                {
                    began.SetResult();
                    await Task.Delay(Timeout.Infinite, context.RequestAborted);
                });
            });
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(host.Address.Host, host.Address.Port);
            await socket.GetStream().WriteAsync("GET /api/v1/x HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
            await began.Task;
        }
        Assert.Equal(499, await ended.Task.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.DoesNotContain("Error", host.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Faults_are_gathered_by_field()
    {
        Assert.Null(Refusal.Of([]));
        var refusal = Refusal.Of([("a", new FieldFault("required")), ("a", new FieldFault("too_long", 3)), ("b", new FieldFault("required"))]);
        Assert.Equal(["required", "too_long"], refusal!.Fields!["a"].Select(f => f.Code));
        Assert.Equal("validation", refusal.Code);
    }
}
