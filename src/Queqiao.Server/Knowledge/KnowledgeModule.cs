using Queqiao.Server.Knowledge.Arranging;
using Queqiao.Server.Knowledge.Files;
using Queqiao.Server.Knowledge.Gate;
using Queqiao.Server.Knowledge.Graph;
using Queqiao.Server.Knowledge.HelpCentre;
using Queqiao.Server.Knowledge.Importing;
using Queqiao.Server.Knowledge.Reading;
using Queqiao.Server.Knowledge.Rendering;
using Queqiao.Server.Knowledge.Reporting;
using Queqiao.Server.Knowledge.Writing;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Overload;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;

namespace Queqiao.Server.Knowledge;

/// <summary>What the firm knows: articles, FAQs, words and facts, and who may see them.</summary>
internal static class KnowledgeModule
{
    private static readonly string[] ListQuery = ["base", "category", "state", "audience", "owner", "q", "limit", "cursor"];

    public static void AddKnowledge(this IServiceCollection services)
    {
        services.AddSingleton<KnowledgeLibrary>();
        services.AddSingleton<IKnowledge, ReadKnowledge>();
        services.AddSingleton<ItemWriting>();
        services.AddSingleton<ItemViews>();
        services.AddSingleton<IKnowledgeEditing, EditKnowledge>();
        services.AddSingleton<UseCounter>();
        services.AddHostedService(all => all.GetRequiredService<UseCounter>());
        services.AddSingleton<ReaderFeedback>();
        services.AddSingleton<HelpSites>();
        services.AddSingleton<HelpHosts>();
        services.AddSingleton<Trials>();
        services.AddSingleton<Gatekeeper>();
        services.AddSingleton<IKnowledgeGate, GateForLearning>();
        services.AddSingleton<PublishImported>();
        services.AddSingleton<IKnowledgeBrain, PlainBrain>();
        services.AddJob<PublishScheduled>();
        services.AddRecurringJob(PublishScheduled.Name, PublishScheduled.Name, "every 1m");
        services.AddJob<RunImport>();
        services.AddJob<CrawlSite>();
        services.AddHostedService<LibraryOpening>();
    }

    public static void MapKnowledge(this IEndpointRouteBuilder app)
    {
        var knowledge = app.MapGroup("/api/v1/knowledge").WithTags("Knowledge");
        MapArranging(knowledge);
        MapItems(knowledge);
        MapWork(knowledge);
        app.MapHelpCentre();
        knowledge.MapGet("/search", SearchEndpoint.Handle).Costs(RequestCost.Search).Needs(Permissions.ReadKnowledge).TakesQuery("q", "base", "category", "kind", "language", "audience", "limit")
            .WithSummary("Articles and FAQs that are about a text, best first, and the facts that answer it").Produces<SearchEndpoint.Answer>();
    }

    private static void MapArranging(RouteGroupBuilder knowledge)
    {
        knowledge.MapGet("/bases", Bases.List).Needs(Permissions.ReadKnowledge).TakesQuery().WithSummary("Knowledge bases").Produces<BaseList>();
        knowledge.MapPost("/bases", Bases.Create).Needs(Permissions.ManageKnowledge).TakesQuery().WithSummary("Add a base").Produces<BaseView>(StatusCodes.Status201Created);
        knowledge.MapPatch("/bases/{id:guid}", Bases.Change).Needs(Permissions.ManageKnowledge).TakesQuery().WithSummary("Change a base and its help centre").Produces<BaseView>();
        knowledge.MapGet("/categories", Categories.List).Needs(Permissions.ReadKnowledge).TakesQuery("base").WithSummary("Categories, in their order").Produces<CategoryList>();
        knowledge.MapPost("/categories", Categories.Create).Needs(Permissions.PublishKnowledge).TakesQuery().WithSummary("Add a category").Produces<CategoryView>(StatusCodes.Status201Created);
        knowledge.MapPatch("/categories/{id:guid}", Categories.Change).Needs(Permissions.PublishKnowledge).TakesQuery().WithSummary("Change or move a category").Produces<CategoryView>();
        knowledge.MapDelete("/categories/{id:guid}", Categories.Remove).Needs(Permissions.PublishKnowledge).TakesQuery().WithSummary("Remove a category; what stands on it moves to the one above").Produces(StatusCodes.Status204NoContent);
        knowledge.MapGet("/terms", Terms.List).Needs(Permissions.ReadKnowledge).TakesQuery("base").WithSummary("Synonyms and terms").Produces<TermList>();
        knowledge.MapPost("/terms", Terms.Create).Needs(Permissions.PublishKnowledge).TakesQuery().WithSummary("Add words that mean the same, or a term").Produces<TermView>(StatusCodes.Status201Created);
        knowledge.MapPatch("/terms/{id:guid}", Terms.Change).Needs(Permissions.PublishKnowledge).TakesQuery().WithSummary("Change them").Produces<TermView>();
        knowledge.MapDelete("/terms/{id:guid}", Terms.Remove).Needs(Permissions.PublishKnowledge).TakesQuery().WithSummary("Remove them").Produces(StatusCodes.Status204NoContent);
        knowledge.MapGet("/edges", Edges.List).Needs(Permissions.ReadKnowledge).TakesQuery("base", "q", "limit", "cursor").WithSummary("Facts of the graph").Produces<EdgeList>();
        knowledge.MapPost("/edges", Edges.Create).Needs(Permissions.PublishKnowledge).TakesQuery().WithSummary("Add a fact, or propose it where the base asks for a second person").Produces<EdgeView>(StatusCodes.Status201Created).Produces<EdgeProposalView>(StatusCodes.Status202Accepted);
        knowledge.MapPatch("/edges/{id:guid}", Edges.Change).Needs(Permissions.PublishKnowledge).TakesQuery().WithSummary("Change a fact, or propose it").Produces<EdgeView>().Produces<EdgeProposalView>(StatusCodes.Status202Accepted);
        knowledge.MapDelete("/edges/{id:guid}", Edges.Remove).Needs(Permissions.PublishKnowledge).TakesQuery().WithSummary("Remove a fact").Produces(StatusCodes.Status204NoContent).Produces<EdgeProposalView>(StatusCodes.Status202Accepted);
        knowledge.MapGet("/edge-proposals", EdgeProposals.List).Needs(Permissions.ReadKnowledge).TakesQuery().WithSummary("Facts that wait for a second person").Produces<EdgeProposalList>();
        knowledge.MapPost("/edge-proposals/{id:guid}/accept", EdgeProposals.Accept).Needs(Permissions.PublishKnowledge).TakesQuery().WithSummary("Show a fact to readers, as somebody else than who wrote it").Produces(StatusCodes.Status204NoContent);
        knowledge.MapPost("/edge-proposals/{id:guid}/dismiss", EdgeProposals.Dismiss).Needs(Permissions.PublishKnowledge).TakesQuery().WithSummary("Leave the graph as it is").Produces(StatusCodes.Status204NoContent);
    }

    private static void MapWork(RouteGroupBuilder knowledge)
    {
        knowledge.MapPost("/preview", PreviewEndpoint.Handle).Needs(Permissions.WriteKnowledge).TakesQuery().WithSummary("Markdown as readers see it").Produces<PreviewEndpoint.Answer>();
        knowledge.MapPost("/files", ServeFile.Add).Needs(Permissions.WriteKnowledge).TakesQuery().WithSummary("Keep an uploaded picture or document for articles").Produces<KnowledgeFileView>(StatusCodes.Status201Created);
        knowledge.MapGet("/files/{id:guid}", ServeFile.Inside).Needs(Permissions.ReadKnowledge).TakesQuery().WithSummary("A file of an article").Produces(StatusCodes.Status200OK, contentType: "application/octet-stream");
        knowledge.MapGet("/checks", Checks.List).Needs(Permissions.ReadKnowledge).TakesQuery("base", "limit", "cursor").WithSummary("The regression set, newest first").Produces<CheckList>();
        knowledge.MapPost("/checks", Checks.Create).Needs(Permissions.WriteKnowledge).TakesQuery().WithSummary("Add a question and what must come of it").Produces<CheckView>(StatusCodes.Status201Created);
        knowledge.MapDelete("/checks/{id:guid}", Checks.Remove).Needs(Permissions.PublishKnowledge).TakesQuery().WithSummary("Remove a question").Produces(StatusCodes.Status204NoContent);
        knowledge.MapGet("/checks/runs", Checks.Runs).Needs(Permissions.ReadKnowledge).TakesQuery("base").WithSummary("What the regression set said lately").Produces<RunList>();
        knowledge.MapGet("/checks/runs/{id:guid}", Checks.Run).Needs(Permissions.ReadKnowledge).TakesQuery().WithSummary("A run of it: what was answered better and worse").Produces<RunWhole>();
        knowledge.MapPost("/trial", Checks.Trial).Costs(RequestCost.Search).Needs(Permissions.WriteKnowledge).TakesQuery().WithSummary("What would be answered better and worse if a version were published").Produces<Checks.TrialAnswer>();
        knowledge.MapGet("/imports", Imports.List).Needs(Permissions.ManageKnowledge).TakesQuery().WithSummary("Imports, newest first").Produces<ImportList>();
        knowledge.MapPost("/imports", Imports.Create).IsBulkWork().Needs(Permissions.ManageKnowledge).TakesQuery().WithSummary("Read a file or a site into rows").Produces<ImportView>(StatusCodes.Status201Created);
        knowledge.MapGet("/imports/{id:guid}", Imports.Show).Needs(Permissions.ManageKnowledge).TakesQuery().WithSummary("How far an import came").Produces<ImportView>();
        knowledge.MapGet("/imports/{id:guid}/rows", Imports.Rows).Needs(Permissions.ManageKnowledge).TakesQuery("outcome", "limit", "cursor").WithSummary("Its rows, and what is wrong with them").Produces<ImportRowList>();
        knowledge.MapPost("/imports/{id:guid}/start", Imports.Start).IsBulkWork().Needs(Permissions.ManageKnowledge).TakesQuery().WithSummary("Make articles and FAQs of the rows").Produces<ImportView>(StatusCodes.Status202Accepted);
        knowledge.MapPost("/imports/{id:guid}/cancel", Imports.Cancel).Needs(Permissions.ManageKnowledge).TakesQuery().WithSummary("Stop it; what was imported stays").Produces<ImportView>();
        knowledge.MapGet("/export", Export.Handle).IsBulkWork().Costs(RequestCost.Export).Needs(Permissions.ManageKnowledge).TakesQuery("format", "base").WithSummary("What is published: FAQs or facts as CSV, articles as Markdown").Produces(StatusCodes.Status200OK, contentType: "text/csv");
        var reports = knowledge.MapGroup("/reports");
        reports.MapGet("/use", Reports.Use).Needs(Permissions.ReadKnowledge).TakesQuery("days").WithSummary("What is viewed, cited, liked and not").Produces<Reports.UseList>();
        reports.MapGet("/misses", Reports.Misses).Needs(Permissions.ReadKnowledge).TakesQuery("state", "limit", "cursor").WithSummary("What was asked and not found").Produces<Reports.MissList>();
        reports.MapPatch("/misses/{id:guid}", Reports.ChangeMiss).Needs(Permissions.WriteKnowledge).TakesQuery().WithSummary("Done with, or not worth an answer").Produces(StatusCodes.Status204NoContent);
        reports.MapGet("/contradictions", Reports.Contradictions).Costs(RequestCost.Search).Needs(Permissions.ReadKnowledge).TakesQuery("base").WithSummary("FAQs that say different things about the same").Produces<Reports.ContradictionList>();
        reports.MapGet("/feedback", Reports.Feedback).Needs(Permissions.ReadKnowledge).TakesQuery("done", "limit", "cursor").WithSummary("What readers said").Produces<Reports.FeedbackList>();
        reports.MapPost("/feedback/{id:guid}/done", Reports.FeedbackDone).Needs(Permissions.WriteKnowledge).TakesQuery().WithSummary("It was looked at").Produces(StatusCodes.Status204NoContent);
        knowledge.MapPost("/items/{id:guid}/used", UseEndpoint.Handle).Needs(Permissions.Reply).TakesQuery().WithSummary("A colleague put it into a reply, or flags it as wrong").Produces(StatusCodes.Status204NoContent);
    }

    private static void MapItems(RouteGroupBuilder knowledge)
    {
        knowledge.MapGet("/faqs", ShowItems.Faqs).Needs(Permissions.ReadKnowledge).TakesQuery(ListQuery).WithSummary("FAQs, changed last first").Produces<ItemList>();
        knowledge.MapPost("/faqs", SaveItems.CreateFaq).Needs(Permissions.WriteKnowledge).TakesQuery().WithSummary("Add an FAQ; published at once unless publish is false or the caller may not").Produces<ItemView>(StatusCodes.Status201Created);
        knowledge.MapGet("/faqs/{id:guid}", ShowItems.Faq).Needs(Permissions.ReadKnowledge).TakesQuery("version").WithSummary("An FAQ with its newest version").Produces<ItemView>();
        knowledge.MapPatch("/faqs/{id:guid}", SaveItems.ChangeFaq).Needs(Permissions.WriteKnowledge).TakesQuery().WithSummary("Write a new version of an FAQ").Produces<ItemView>();
        knowledge.MapGet("/articles", ShowItems.Articles).Needs(Permissions.ReadKnowledge).TakesQuery(ListQuery).WithSummary("Articles, changed last first").Produces<ItemList>();
        knowledge.MapPost("/articles", SaveItems.CreateArticle).Needs(Permissions.WriteKnowledge).TakesQuery().WithSummary("Add an article").Produces<ItemView>(StatusCodes.Status201Created);
        knowledge.MapGet("/articles/{id:guid}", ShowItems.Article).Needs(Permissions.ReadKnowledge).TakesQuery("version").WithSummary("An article with its newest version").Produces<ItemView>();
        knowledge.MapPatch("/articles/{id:guid}", SaveItems.ChangeArticle).Needs(Permissions.WriteKnowledge).TakesQuery().WithSummary("Write a new version of an article").Produces<ItemView>();
        knowledge.MapGet("/items", ShowItems.All).Needs(Permissions.ReadKnowledge).TakesQuery(ListQuery).WithSummary("Articles and FAQs, changed last first").Produces<ItemList>();
        var item = knowledge.MapGroup("/items/{id:guid}");
        item.MapGet("", ShowItems.Item).Needs(Permissions.ReadKnowledge).TakesQuery("version").WithSummary("An article or FAQ").Produces<ItemView>();
        item.MapGet("/versions", Versions.List).Needs(Permissions.ReadKnowledge).TakesQuery("limit", "cursor").WithSummary("Its versions, newest first").Produces<VersionList>();
        item.MapGet("/diff", Versions.Diff).Needs(Permissions.ReadKnowledge).TakesQuery("from", "to").WithSummary("What differs between two versions").Produces<VersionDiff>();
        item.MapPost("/review", ActOnItems.Review).Needs(Permissions.WriteKnowledge).TakesQuery().WithSummary("Ask for a review, return it with a note, or take the request back").Produces<ItemView>();
        item.MapPost("/publish", ActOnItems.Publish).Needs(Permissions.PublishKnowledge).TakesQuery().WithSummary("Show a version to readers, now or at a time").Produces<ItemView>();
        item.MapPost("/withdraw", ActOnItems.Withdraw).Needs(Permissions.PublishKnowledge).TakesQuery().WithSummary("Readers no longer see it; it is a draft again").Produces<ItemView>();
        item.MapPost("/archive", ActOnItems.Archive).Needs(Permissions.PublishKnowledge).TakesQuery().WithSummary("Put it away").Produces<ItemView>();
        item.MapPost("/restore", ActOnItems.Restore).Needs(Permissions.PublishKnowledge).TakesQuery().WithSummary("Take it out of the archive, as a draft").Produces<ItemView>();
        item.MapPost("/rollback", ActOnItems.Rollback).Needs(Permissions.WriteKnowledge).TakesQuery().WithSummary("Make an old version the newest").Produces<ItemView>();
        item.MapPost("/checked", ActOnItems.Checked).Needs(Permissions.WriteKnowledge).TakesQuery().WithSummary("It still holds: when to look again").Produces<ItemView>();
    }
}
