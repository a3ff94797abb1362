using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Idempotency;
using Queqiao.Server.Platform.Idempotency.Storage;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Platform;

public sealed class IdempotencyTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task A_request_that_is_sent_again_is_answered_and_not_done_again(string engine)
    {
        await using var site = await Site.Open(engine);
        var (owner, li) = (site.Owner.Api, (await site.Agent("agent")).Api);
        (string, string) key = ("Idempotency-Key", "order-1");
        var first = await owner.Post("/api/v1/tags", new { name = "退款-canary" }, key);
        var again = await owner.Post("/api/v1/tags", new { name = "退款-canary" }, key);
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.Status, again.Status));
        Assert.Equal(first.Body.GetRawText(), again.Body.GetRawText());
        Assert.Equal(first.Raw.Headers.Location, again.Raw.Headers.Location);
        Assert.True(again.Raw.Headers.Contains("Idempotency-Replayed") && !first.Raw.Headers.Contains("Idempotency-Replayed"));
        Assert.Single((await owner.Get("/api/v1/tags")).Expect(HttpStatusCode.OK).Items());

        Assert.Equal("idempotency_key_reused", (await owner.Post("/api/v1/tags", new { name = "another" }, key)).Code);
        Assert.Equal("validation", (await li.Post("/api/v1/tags", new { name = "退款-canary" }, key)).Code); // somebody else's key is another: asked anew, the name is taken
        Assert.Equal("invalid_idempotency_key", (await owner.Post("/api/v1/tags", new { name = "x" }, ("Idempotency-Key", new string('k', 201)))).Code);
        // a refusal is an answer too
        (string, string) wrong = ("Idempotency-Key", "order-2");
        var refused = await owner.Post("/api/v1/tags", new { name = " " }, wrong);
        Assert.Equal(refused.Body.GetRawText(), (await owner.Post("/api/v1/tags", new { name = " " }, wrong)).Body.GetRawText());

        await using (var db = site.Storage.ReadSystem())
            Assert.DoesNotContain(await db.Table<IdempotencyRow>().AsNoTracking().ToListAsync(), row => row.Answer is { } kept && Encoding.UTF8.GetString(kept).Contains("canary", StringComparison.Ordinal));
        site.Time.Move(TimeSpan.FromHours(25));
        Assert.Equal("validation", (await owner.Post("/api/v1/tags", new { name = "退款-canary" }, key)).Code); // forgotten: done anew
        Assert.True(await site.The<IdempotentRequests>().ForgetOld(CancellationToken.None) > 0);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Of_many_at_once_one_is_done(string engine)
    {
        await using var site = await Site.Open(engine);
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => site.Owner.Api.Post("/api/v1/views", new { name = "x", conditions = Array.Empty<object>() }, ("Idempotency-Key", "once"))));
        Assert.All(answers, answer => Assert.True(answer.Status == HttpStatusCode.Created || answer.Code == "idempotency_in_progress"));
        Assert.Single((await site.Owner.Api.Get("/api/v1/views")).Expect(HttpStatusCode.OK).Items());
    }

    [Fact]
    public async Task Sends_have_a_key_of_their_own()
    {
        await using var site = await Site.Open();
        var id = (await (await site.Visitor()).Say("hello")).Text("conversationId");
        var path = $"/api/v1/conversations/{id}/messages";
        (await site.Owner.Api.Post(path, new { clientId = "a", text = "one" }, ("Idempotency-Key", "k"))).Expect(HttpStatusCode.Created);
        (await site.Owner.Api.Post(path, new { clientId = "b", text = "two" }, ("Idempotency-Key", "k"))).Expect(HttpStatusCode.Created);
        Assert.Equal(3, (await site.Owner.Log(id)).Count(item => item.Text("kind") == "message"));
    }
}
