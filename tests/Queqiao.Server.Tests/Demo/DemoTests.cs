using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Mail;
using Queqiao.Mail.Mime;
using Queqiao.Mail.Reading;
using Queqiao.Server.Bot.Flows;
using Queqiao.Server.Bot.Knowing;
using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.CustomerData.Asking;
using Queqiao.Server.Demo;
using Queqiao.Server.Demo.Platforms;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Tests.Identity;

namespace Queqiao.Server.Tests.Demo;

public sealed class DemoTests
{
    [Fact]
    public async Task The_demo_is_a_shop_with_two_weeks_of_history_and_is_seeded_once()
    {
        await using var host = new ProgramHost(demo: true);
        using var browser = host.Browser();
        var password = (await File.ReadAllTextAsync(Path.Combine(host.Folder, "demo-password"))).Trim();
        using var signedIn = await browser.PostAsJsonAsync("/api/v1/session", new { email = "owner@demo.example", password });
        Assert.Equal(HttpStatusCode.OK, signedIn.StatusCode);
        var counts = await browser.GetFromJsonAsync<JsonElement>("/api/v1/conversations/counts");
        Assert.Equal(DemoScript.Conversations + DemoMails.At(DateTimeOffset.UnixEpoch).Count(), counts.GetProperty("all").GetInt32() + counts.GetProperty("resolved").GetInt32());
        Assert.True(counts.GetProperty("mine").GetInt32() > 0 && counts.GetProperty("unassigned").GetInt32() > 0);
        var agents = await browser.GetFromJsonAsync<JsonElement>("/api/v1/agents");
        Assert.Equal(6, agents.GetProperty("items").GetArrayLength());

        var entries = await Entries(host);
        await host.Services.GetRequiredService<DemoSeeder>().Run(CancellationToken.None);
        Assert.Equal(entries, await Entries(host));

        // What its knowledge teaches is shipped with it: bot_learnt of a demo that has learnt, as Demo/Shop/learnt.json.
        var knowledge = await host.Services.GetRequiredService<IBotKnowledgeSource>().Read(1, CancellationToken.None);
        var flows = await host.Services.GetRequiredService<FlowShelf>().Of(1, CancellationToken.None);
        Assert.Equal(DemoBot.Learnt().Keys.Order(StringComparer.Ordinal), Brain.DigestsOf(knowledge, flows.Triggers).Order(StringComparer.Ordinal));

        // A code can be received, and shows the order that the bot names.
        var phone = host.Services.GetRequiredService<PlayedPlatforms>().Find(DemoCustomers.Sms)!.Person(DemoCustomers.SmsCustomer).Id;
        var bot = (await browser.GetFromJsonAsync<JsonElement>("/api/v1/bots")).GetProperty("items")[0];
        Assert.Equal(JsonValueKind.String, bot.GetProperty("profile").GetProperty("codes").GetProperty("smsChannelId").ValueKind);
        Assert.Equal(2, flows.All.Count);
        foreach (var flow in flows.All)
            Assert.Contains(flow.Flow.Steps, step => step.Text?.Contains(DemoFlows.OrderOfPhone, StringComparison.Ordinal) == true && step.Text.Contains(phone, StringComparison.Ordinal));
        Assert.Contains(DemoOrders.Instance.Of(DemoSource.OfPhone(phone)!, DateTimeOffset.UtcNow), order => order.Id == DemoFlows.OrderOfPhone);
    }

    [Fact]
    public async Task A_seeding_that_was_interrupted_is_finished_and_doubles_nothing()
    {
        await using var host = new ProgramHost(demo: true);
        using var browser = host.Browser();
        var entries = await Entries(host);
        // as if the last step had never been reached: the steps come again, with the same keys
        using (var connection = new SqliteConnection($"Data Source={Path.Combine(host.Folder, "queqiao.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "DROP TRIGGER audit_is_append_only_delete; DELETE FROM audit WHERE action = 'demo.finished'";
            Assert.Equal(1, command.ExecuteNonQuery());
        }
        await host.Services.GetRequiredService<DemoSeeder>().Run(CancellationToken.None);
        Assert.Equal(entries, await Entries(host));
    }

    [Fact]
    public void Its_mails_are_as_mail_programs_write_them()
    {
        var at = DateTimeOffset.UnixEpoch.AddYears(50);
        var mails = DemoMails.At(at).Select(mail => MailMessage.Read(MailWriter.Write(mail, "0123456789abcdef"))).ToList();
        Assert.All(mails, mail => Assert.True(SenderProof.Of(mail, [DemoMails.Server]).IsProven));
        Assert.All(mails, mail => Assert.True(mail.Date < at));
        Assert.Contains("> ", mails[0].Text, StringComparison.Ordinal);
        Assert.DoesNotContain("> ", mails[0].Reply, StringComparison.Ordinal);
        Assert.Equal("stock@maison.example", Assert.Single(mails[1].Cc).Address);
        Assert.Contains("<table", mails[1].Html, StringComparison.Ordinal);
        Assert.Single(mails[1].Inline);
        Assert.Single(mails[1].Attachments);

        var thanks = MailMessage.Read(MailWriter.Write(DemoMails.Thanks(mails[0], new MailAddress("a@b.example", "王雨桐"), at), "0123456789abcdef"));
        Assert.Contains(mails[0].MessageId!, thanks.Answers);
        Assert.Equal("好的，谢谢您！", thanks.Reply.Trim());
    }

    [Fact]
    public async Task Nothing_of_it_lies_in_the_future_or_before_two_weeks_ago()
    {
        await using var host = new ProgramHost(demo: true);
        using var browser = host.Browser();
        await using var db = host.Services.GetRequiredService<IStorageEngine>().Read(1);
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var entries = db.Visible(Scope<EntryRow>.Workspace(1));
        Assert.InRange(await entries.MaxAsync(entry => entry.At), 0, now);
        Assert.InRange(await entries.MinAsync(entry => entry.At), now - (long)TimeSpan.FromDays(14).TotalMilliseconds, now);
        var heads = await host.Services.GetRequiredService<ConversationSeals>().Heads(db.Visible(Scope<ConversationHead>.Workspace(1)), CancellationToken.None);
        Assert.Equal(["open", "pending", "queued", "resolved"], heads.Select(head => head.Status).Distinct().Order(StringComparer.Ordinal));
        Assert.Contains(heads, head => head.Unread > 0 && head.AssigneeId is not null);
        Assert.Contains(heads, head => head.ContactName is null);
        Assert.Contains(heads, head => head.ContactName is not null);
    }

    [Theory]
    [InlineData("zh-CN", "把日子过得更舒服一点", "zh-CN")]
    [InlineData("en", "Good things for everyday life", "en")]
    public async Task The_page_embeds_the_chat_under_a_strict_policy(string language, string headline, string tag)
    {
        await using var host = new ProgramHost(demo: true);
        using var browser = host.Browser();
        browser.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language);
        using var answer = await browser.GetAsync("/demo");
        var page = await answer.Content.ReadAsStringAsync();
        var channel = host.Services.GetRequiredService<DemoState>().Access.ChannelId;
        Assert.Contains(headline, page, StringComparison.Ordinal);
        Assert.Contains($"<html lang=\"{tag}\">", page, StringComparison.Ordinal);
        Assert.Contains($"<script src=\"/widget.js\" data-channel=\"{channel}\" async></script>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("style=", page, StringComparison.Ordinal);
        Assert.DoesNotContain("demo_", page, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        using var style = await browser.GetAsync("/demo/shop.css");
        Assert.Equal("text/css", style.Content.Headers.ContentType?.MediaType);

        // The same chat by a link, without a site.
        using var link = await browser.GetAsync($"/chat/{channel}");
        var chat = await link.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, link.StatusCode);
        Assert.Contains($"<html lang=\"{tag}\">", chat, StringComparison.Ordinal);
        Assert.Contains($"<script src=\"/widget.js\" data-channel=\"{channel}\" data-open async></script>", chat, StringComparison.Ordinal);
        Assert.DoesNotContain("chat_page", chat, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", link.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        using var nothing = await browser.GetAsync($"/chat/{Guid.NewGuid()}");
        Assert.Equal(HttpStatusCode.NotFound, nothing.StatusCode);
        Assert.DoesNotContain("<script", await nothing.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_switch_there_is_no_demo()
    {
        await using var host = new ProgramHost();
        using var browser = host.Browser();
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync("/demo")).StatusCode);
        Assert.False(File.Exists(Path.Combine(host.Folder, "demo-password")));
    }

    [Fact]
    public void The_password_is_for_its_owner_alone_and_stays()
    {
        var folder = Directory.CreateTempSubdirectory("queqiao-demo").FullName;
        var first = DemoPassword.Of(folder, out var isNew);
        Assert.True(isNew);
        Assert.Equal(first, DemoPassword.Of(folder, out var again));
        Assert.False(again);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "demo-password")));
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<int> Entries(ProgramHost host)
    {
        await using var db = host.Services.GetRequiredService<IStorageEngine>().Read(1);
        return await db.Visible(Scope<EntryRow>.Workspace(1)).CountAsync();
    }
}
