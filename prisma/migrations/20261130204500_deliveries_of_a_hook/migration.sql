-- For cloudHookDeliveries.take, which takes a few deliveries of each hook, and for the deletion of a hook.
create index "cloud_hook_delivery_cloud_hook_id_due_at_idx" on "cloud_hook_delivery"("cloud_hook_id", "due_at");
