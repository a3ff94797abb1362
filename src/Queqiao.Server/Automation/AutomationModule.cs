using Queqiao.Server.Automation.CannedReplies;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Overload;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Automation;

/// <summary>What saves agents from doing the same thing again and again.</summary>
internal static class AutomationModule
{
    public static void AddAutomation(this IServiceCollection services) => services.AddSingleton<ICannedReplies, SharedReplies>();

    public static void MapAutomation(this IEndpointRouteBuilder app)
    {
        var replies = app.MapGroup("/api/v1/canned-replies").WithTags("Canned replies");
        replies.MapGet("", ListReplies.Handle).Needs(Permissions.ReadConversations).TakesQuery("limit", "cursor")
            .WithSummary("The texts you may use, by shortcut").Produces<ReplyList>();
        replies.MapGet("/export", MoveReplies.Export).IsBulkWork().Needs(Permissions.ReadConversations).TakesQuery("shared")
            .WithSummary("Texts as CSV: the shared ones, or your own").Produces(StatusCodes.Status200OK, contentType: "text/csv");
        replies.MapPost("/import", MoveReplies.Import).IsBulkWork().Needs(Permissions.Reply).TakesQuery()
            .WithSummary("Add texts from an uploaded CSV file, or only say what would happen").Produces<MoveReplies.Answer>();
        replies.MapPost("", ChangeReplies.Create).Needs(Permissions.Reply).TakesQuery()
            .WithSummary("Add a text: your own, or a shared one").Produces<ReplyItem>(StatusCodes.Status201Created);
        replies.MapPatch("/{id:guid}", ChangeReplies.Change).Needs(Permissions.Reply).TakesQuery().WithSummary("Change a text").Produces<ReplyItem>();
        replies.MapDelete("/{id:guid}", ChangeReplies.Remove).Needs(Permissions.Reply).TakesQuery().WithSummary("Remove a text").Produces(StatusCodes.Status204NoContent);
    }
}
