using Queqiao.Server.Contacts;
using Queqiao.Server.CustomerData.Asking;
using Queqiao.Server.CustomerData.Configuring;
using Queqiao.Server.CustomerData.Erasing;
using Queqiao.Server.CustomerData.Looking;
using Queqiao.Server.CustomerData.Showing;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.CustomerData;

/// <summary>What the firm's own system knows about people: orders, logistics, refunds (docs/customer-data.md).</summary>
internal static class CustomerDataModule
{
    public static void AddCustomerData(this IServiceCollection services)
    {
        services.AddSingleton<Connections>();
        services.AddSingleton<ICustomerDataSource, SignedPull>();
        services.AddSingleton<ICustomerDataSource, DemoSource>();
        services.AddSingleton<ICustomerData, CustomerDataDesk>();
        services.AddSingleton<VisitorPages>();
        services.AddSingleton<IVisitorPages>(all => all.GetRequiredService<VisitorPages>());
        services.AddSingleton<IEraser, EraseCopies>();
        services.AddJob<ForgetCopies>();
        services.AddRecurringJob(ForgetCopies.Name, ForgetCopies.Name, "every 1h");
    }

    public static void MapCustomerData(this IEndpointRouteBuilder app)
    {
        var people = app.MapGroup("/api/v1/contacts/{id:guid}/customer-data").WithTags("Customer data");
        people.MapGet("", ShowCustomerData.Handle).Needs(Permissions.ReadCustomerData).TakesQuery("refresh")
            .WithSummary("User, orders, logistics and refunds of a contact, from the firm's own system").Produces<ShowCustomerData.Answer>();
        people.MapGet("/orders/{order}", ShowCustomerData.Order).Needs(Permissions.ReadCustomerData).TakesQuery()
            .WithSummary("One order of a contact by its number").Produces<ShopOrder>();
        people.MapPost("/reveal", ShowCustomerData.Reveal).Needs(Permissions.ReadCustomerData).NeedsPerson().TakesQuery()
            .WithSummary("Masked data in clear, for a reason that is written down").Produces<ShowCustomerData.Answer>();
        app.MapGet("/api/v1/contacts/{id:guid}/looking", ShowLooking.Handle).WithTags("Customer data").Needs(Permissions.ReadContacts).TakesQuery()
            .WithSummary("The page, article or order in front of a visitor; pages before it where they agreed to that").Produces<ShowLooking.Answer>();
        var own = app.MapGroup("/api/v1/customer-data").WithTags("Customer data");
        own.MapGet("", ShowCustomerData.Dictionary).Needs(Permissions.ReadCustomerData).TakesQuery()
            .WithSummary("Whether a system is connected, and the firm's codes in words").Produces<ShowCustomerData.About>();
        own.MapGet("/products", ShowCustomerData.Products).Needs(Permissions.ReadCustomerData).TakesQuery("q")
            .WithSummary("Articles of the firm that a word finds").Produces<ProductsAnswer>();
        own.MapGet("/settings", SettingsEndpoints.Show).Needs(Permissions.ManageCustomerData).TakesQuery()
            .WithSummary("Which system is asked, and how").Produces<SettingsEndpoints.View>();
        own.MapPut("/settings", SettingsEndpoints.Change).Needs(Permissions.ManageCustomerData).TakesQuery()
            .WithSummary("Change it; what is left out has its default").Produces<SettingsEndpoints.View>();
        own.MapPost("/settings/secret", SettingsEndpoints.Renew).Needs(Permissions.ManageCustomerData).RequiresRecentProof().TakesQuery()
            .WithSummary("A new secret to sign with; shown this once").Produces<SettingsEndpoints.NewSecret>();
        own.MapPost("/settings/test", SettingsEndpoints.Test).Needs(Permissions.ManageCustomerData).TakesQuery()
            .WithSummary("Ask the firm's system about somebody, to see whether it answers as agreed").Produces<SettingsEndpoints.TestAnswer>();
    }
}
