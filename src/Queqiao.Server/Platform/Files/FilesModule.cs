namespace Queqiao.Server.Platform.Files;

/// <summary>Files: uploads, checks, encrypted blobs, links.</summary>
internal static class FilesModule
{
    public static void AddFiles(this IServiceCollection services, FileLimits limits)
    {
        services.AddSingleton(limits);
        services.AddSingleton<FileKeys>();
        services.AddSingleton<IFileStore, FolderStore>();
        services.AddSingleton<UploadFolder>();
        services.AddSingleton<StoredFiles>();
        services.AddSingleton<FileAttachments>();
        services.AddSingleton<FileQuota>();
        services.AddSingleton<Pictures>();
        services.AddSingleton<FileProcessing>();
        services.AddSingleton<FileUploads>();
        services.AddSingleton<FileLinks>();
        services.AddSingleton<FileSweep>();
        services.AddHostedService(all => all.GetRequiredService<FileSweep>());
        if (limits.Clamd is { } clamd)
            services.AddSingleton<IFileScanner>(all => new Clamd(ClamdAddress.Parse(clamd)!, all.GetRequiredService<ILogger<Clamd>>()));
        else
            services.AddSingleton<IFileScanner, NoScanner>();
    }

    public static void MapFiles(this IEndpointRouteBuilder app) => FileServing.Map(app);
}
