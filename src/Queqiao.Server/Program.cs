using Queqiao.Server.Automation;
using Queqiao.Server.Background;
using Queqiao.Server.Bot;
using Queqiao.Server.Channels;
using Queqiao.Server.Channels.Plugins;
using Queqiao.Server.Channels.Email;
using Queqiao.Server.Channels.Email.Receiving;
using Queqiao.Server.Channels.Web;
using Queqiao.Server.Cli;
using Queqiao.Server.Contacts;
using Queqiao.Server.Contacts.Erasing;
using Queqiao.Server.Conversations;
using Queqiao.Server.CustomerData;
using Queqiao.Server.CustomFields;
using Queqiao.Server.Demo;
using Queqiao.Server.Identity;
using Queqiao.Server.Knowledge;
using Queqiao.Server.Knowledge.HelpCentre;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Gateway;
using Queqiao.Server.Platform.Health;
using Queqiao.Server.Platform.Idempotency;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Logging;
using Queqiao.Server.Platform.OpenApi;
using Queqiao.Server.Platform.Outbound;
using Queqiao.Server.Platform.Overload;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Search;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Telemetry;
using Queqiao.Server.Platform.Web;
using Queqiao.Server.Pushing;
using Queqiao.Server.Routing;

// For every regular expression without a time-out of its own: texts come from strangers.
AppDomain.CurrentDomain.SetData("REGEX_DEFAULT_MATCH_TIMEOUT", TimeSpan.FromSeconds(1));

return await Commands.Run(args, async serve =>
{
    var builder = WebApplication.CreateBuilder([.. serve.Arguments]);

    builder.AddLogLines();
    var web = builder.AddWebSafety();
    builder.AddPlatformSecurity();
    builder.AddOutbound();
    builder.Services.AddProblems();
    builder.Services.AddStrictJson();
    builder.Services.AddReference();
    builder.Services.AddStorage(serve.Storage);
    builder.Services.AddOverload(builder.Configuration);
    builder.Services.AddBus(serve.Storage, BusOptions.Read(builder.Configuration));
    builder.Services.AddJobs(byThemselves: Setting.Switch(builder.Configuration, "jobs", otherwise: true));
    builder.Services.AddBackground();
    builder.Services.AddIdempotency();
    builder.Services.AddSingleton(PublicUrl.Read(builder.Configuration, web));
    builder.Services.AddTextIndex();
    builder.Services.AddHealth(MonitoringOptions.Read(builder.Configuration));
    builder.AddTelemetry();
    builder.Services.AddFiles(FileLimits.Read(builder.Configuration));
    builder.Services.AddGateway(GatewayOptions.Read(builder.Configuration));
    builder.Services.AddIdentity(IdentityOptions.Read(builder.Configuration));
    builder.AddAuditSealing();
    builder.Services.AddCustomFields();
    builder.Services.AddContacts();
    builder.Services.AddAutomation();
    builder.Services.AddKnowledge();
    builder.Services.AddConversations();
    builder.Services.AddCustomerData();
    builder.Services.AddAgentRouting();
    builder.Services.AddPushing();
    builder.Services.AddChannels();
    foreach (var adapter in PluginAdapters.Load(PluginAdapters.DefaultFolder))
        builder.Services.AddSingleton(adapter);
    builder.Services.AddWebChannel();
    builder.Services.AddBot();
    builder.Services.AddOutsideChannels(byThemselves: Setting.Switch(builder.Configuration, "jobs", otherwise: true));
    builder.Services.AddEmailChannel(byThemselves: Setting.Switch(builder.Configuration, "jobs", otherwise: true), SmtpOptions.Read(builder.Configuration));
    if (serve.Demo)
        builder.Services.AddDemo();

    var app = builder.Build();

    app.UseRequestLog();
    app.UseProblems();
    app.UseVisitorCors();
    app.UseWebSafety();
    app.UseHelpHosts();
    app.UseRateLimits();
    app.UseWebSockets();
    app.UseRouting();
    app.UseAdmission();
    app.UseAccess();
    app.UseIdempotency();
    app.MapHealth();
    app.MapNodes();
    app.MapTelemetry();
    app.MapReference();
    app.MapFiles();
    app.MapGateway();
    app.MapIdentity();
    app.MapCustomFields();
    app.MapErasures();
    app.MapContacts();
    app.MapKnowledge();
    app.MapConversations();
    app.MapCustomerData();
    app.MapAgentRouting();
    app.MapPushing();
    app.MapAutomation();
    app.MapChannels();
    app.MapBot();
    app.MapOutsideChannels();
    app.MapEmailChannel();
    app.MapBackground();
    VisitorEndpoints.Map(app);
    app.MapConsole();
    app.MapWidgetFiles();
    if (serve.Demo)
        app.MapDemo();

    await app.Services.GetRequiredService<IStorageEngine>().Start(CancellationToken.None);
    if (serve.Demo)
        await app.SeedDemo();
    await app.RunAsync();
});

/// <summary>The composition root; public for the test host.</summary>
public partial class Program;
